import { constants, open, type FileHandle } from 'node:fs/promises'
import { createLineIndex, type LineIndex } from './lineIndex.ts'

const newline = 10

/** Appends to one partition's file. */
export interface PartitionWriter {
  /**
   * Appends lines in one write and makes them durable. Answers the line number of the first: its offset.
   * Safe beside other processes that append to the same file.
   */
  append(lines: Buffer): Promise<number>
  close(): Promise<void>
}

interface OpenFile {
  readonly handle: FileHandle
  readonly index: LineIndex
}

export const createPartitionWriter = (fileName: string): PartitionWriter => {
  let opened: OpenFile | undefined

  const openFile = async (): Promise<OpenFile> => {
    // Never created here: a partition that is gone must not come back as an empty one.
    const handle = await open(fileName, constants.O_RDWR | constants.O_APPEND)
    return { handle, index: createLineIndex(handle) }
  }

  const usable = async (): Promise<OpenFile> => {
    if (opened && (await opened.handle.stat()).nlink === 0) {
      await opened.handle.close()
      opened = undefined
    }
    return (opened ??= await openFile())
  }

  return {
    async append(lines) {
      const file = await usable()
      await file.index.advance()
      const before = { line: file.index.lines(), byte: file.index.endByte() }
      const written = (await endsTorn(file.handle)) ? Buffer.concat([Buffer.from('\n'), lines]) : lines
      const { bytesWritten } = await file.handle.write(written)
      if (bytesWritten < written.length)
        throw new Error(`${fileName}: only a part could be written; is the disk full?`)
      await file.handle.datasync()
      await file.index.advance()
      return locate(file.handle, before, lines)
    },
    async close() {
      await opened?.handle.close()
      opened = undefined
    },
  }
}

/** Whether the file ends in the middle of a line, because a process died while it wrote. */
const endsTorn = async (handle: FileHandle): Promise<boolean> => {
  const { size } = await handle.stat()
  if (size === 0) return false
  const last = Buffer.alloc(1)
  await handle.read(last, 0, 1, size - 1)
  return last[0] !== newline
}

/**
 * The line number of what we wrote. The system puts each append at the end, whole, but does not say where
 * that was: other processes may have come first. So we look for our bytes after what we knew. Should
 * another process have written the very same bytes, then either place is as true as the other.
 */
const locate = async (
  handle: FileHandle,
  { line, byte }: { line: number; byte: number },
  lines: Buffer,
): Promise<number> => {
  const { size } = await handle.stat()
  const added = Buffer.allocUnsafe(size - byte)
  await handle.read(added, 0, added.length, byte)
  for (let at = added.indexOf(lines); at !== -1; at = added.indexOf(lines, at + 1)) {
    if (at === 0 || added[at - 1] === newline) return line + countLines(added.subarray(0, at))
  }
  throw new Error("The lines were glued to another process's torn line and have to be written again")
}

const countLines = (bytes: Buffer): number => {
  let count = 0
  for (let at = bytes.indexOf(newline); at !== -1; at = bytes.indexOf(newline, at + 1)) count++
  return count
}
