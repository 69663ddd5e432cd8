import { open, stat, type FileHandle } from 'node:fs/promises'
import type { TopicBatch, TopicMessage } from '@patterns/shared/contract/topicMessage.ts'
import { decodeLine } from './fileLine.ts'
import { createLineIndex, type LineIndex } from './lineIndex.ts'

/** Reads one partition's file by line number. */
export interface PartitionReader {
  /** The number of complete lines now, which is the offset that the next message will get. */
  endOffset(): Promise<number>
  /** The same, and from now on `read` reads the file that is there now. */
  begin(): Promise<number>
  /**
   * The messages from line `offset` on, about `maxBytes` of them and one at least; `undefined` if there
   * are none yet. @throws OffsetGoneError if the file ends before `offset` or is not the one of `begin`
   */
  read(offset: number, maxBytes: number): Promise<TopicBatch | undefined>
  /** The message at line `offset` of the file that is there now; `undefined` if it has none. */
  messageAt(offset: number): Promise<TopicMessage | undefined>
  close(): Promise<void>
}

/** The file was removed, replaced or cut off: what was known of its lines is void. */
export class OffsetGoneError extends Error {
  override readonly name = 'OffsetGoneError'
}

/** Most messages are shorter. */
const oneMessageBytes = 4 << 10

interface OpenFile {
  readonly handle: FileHandle
  readonly inode: number
  readonly index: LineIndex
}

export const createPartitionReader = (partition: number, fileName: string): PartitionReader => {
  let current: OpenFile | undefined
  let begun: OpenFile | undefined
  let next = { offset: 0, byte: 0 }

  const reopen = async (): Promise<OpenFile> => {
    await current?.handle.close()
    current = undefined
    const handle = await open(fileName, 'r')
    const { ino: inode } = await handle.stat()
    return (current = { handle, inode, index: createLineIndex(handle) })
  }

  /** The file under our name, which may be another one than before. */
  const look = async (): Promise<OpenFile> => {
    const { ino, size } = await stat(fileName)
    const isSame = current !== undefined && ino === current.inode && size >= current.index.endByte()
    const file = isSame ? current! : await reopen()
    await file.index.advance()
    return file
  }
  let looking: Promise<OpenFile> | undefined
  const lookOnce = async () => (looking ??= look().finally(() => (looking = undefined)))

  return {
    async endOffset() {
      return (await lookOnce()).index.lines()
    },
    async begin() {
      begun = await lookOnce()
      next = { offset: 0, byte: 0 }
      return begun.index.lines()
    },
    async read(offset, maxBytes) {
      const file = await lookOnce()
      const { handle, index } = file
      if (file !== begun || offset > index.lines())
        throw new OffsetGoneError(`${fileName} does not hold line ${offset} any more`)
      if (offset === index.lines()) return undefined
      const from = next.offset === offset ? next.byte : await index.byteOf(offset)
      const text = await readLines(handle, from, index.endByte(), maxBytes)
      const messages: TopicMessage[] = []
      let line = offset
      for (const part of text.toString('utf8').split('\n').slice(0, -1)) {
        const message = decodeLine(part, line++)
        if (message) messages.push(message)
      }
      next = { offset: line, byte: from + text.length }
      return { partition, firstOffset: offset, nextOffset: line, messages, endOffset: index.lines() }
    },
    async messageAt(offset) {
      const { handle, index } = await lookOnce()
      if (offset >= index.lines()) return undefined
      const text = await readLines(handle, await index.byteOf(offset), index.endByte(), oneMessageBytes)
      return decodeLine(text.toString('utf8').split('\n', 1)[0]!, offset)
    },
    async close() {
      await current?.handle.close()
      current = undefined
    },
  }
}

/** Whole lines from `from` on: as many as fit, one at least. `end` is the end of a line. */
const readLines = async (
  handle: FileHandle,
  from: number,
  end: number,
  maxBytes: number,
): Promise<Buffer> => {
  for (let size = Math.min(maxBytes, end - from); ; size = Math.min(size * 2, end - from)) {
    const buffer = Buffer.allocUnsafe(size)
    const { bytesRead } = await handle.read(buffer, 0, size, from)
    const lastLineEnd = buffer.subarray(0, bytesRead).lastIndexOf('\n') + 1
    if (lastLineEnd > 0) return buffer.subarray(0, lastLineEnd)
    if (bytesRead < size || from + size >= end)
      throw new OffsetGoneError(`The file became shorter while it was read at byte ${from}`)
  }
}
