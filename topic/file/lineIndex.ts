import type { FileHandle } from 'node:fs/promises'

const newline = 10
// Allocated at each look, which is many times a second: larger ones keep the garbage collector busy.
const chunkBytes = 64 << 10
const markEveryLines = 4_096

/** Where one line begins. */
interface Mark {
  readonly line: number
  readonly byte: number
}

/**
 * Knows how many complete lines a file has and where each begins, having looked at each byte once. Keeps
 * the place of every 4,096th line, and finds the others from there.
 */
export interface LineIndex {
  /** Looks at what was added since the last call. Answers the number of complete lines. */
  advance(): Promise<number>
  /** The number of complete lines, as of the last `advance`. */
  lines(): number
  /** The byte after the last complete line, as of the last `advance`. */
  endByte(): number
  /** Where line `line` begins. @throws RangeError if there is no such line yet (the end itself is allowed) */
  byteOf(line: number): Promise<number>
}

export const createLineIndex = (file: FileHandle): LineIndex => {
  const marks: Mark[] = [{ line: 0, byte: 0 }]
  let end: Mark = { line: 0, byte: 0 }

  /** Walks complete lines from `from` on until the file ends or `visit` answers false. */
  const walk = async (from: Mark, visit: (lineAfter: Mark) => boolean): Promise<void> => {
    const chunk = Buffer.allocUnsafe(chunkBytes)
    let line = from.line
    for (let byte = from.byte; ;) {
      const { bytesRead } = await file.read(chunk, 0, chunkBytes, byte)
      if (bytesRead === 0) return
      const read = chunk.subarray(0, bytesRead)
      for (let at = read.indexOf(newline); at !== -1; at = read.indexOf(newline, at + 1)) {
        line++
        if (!visit({ line, byte: byte + at + 1 })) return
      }
      byte += bytesRead
    }
  }

  let advancing: Promise<number> | undefined
  const advance = async () => {
    await walk(end, (mark) => {
      end = mark
      if (mark.line % markEveryLines === 0) marks.push(mark)
      return true
    })
    return end.line
  }

  return {
    advance: async () => (advancing ??= advance().finally(() => (advancing = undefined))),
    lines: () => end.line,
    endByte: () => end.byte,
    async byteOf(line) {
      if (line < 0 || line > end.line)
        throw new RangeError(`There is no line ${line}: the file has ${end.line}`)
      if (line === end.line) return end.byte
      const mark = marks[Math.floor(line / markEveryLines)]!
      let found = mark
      if (mark.line < line) {
        await walk(mark, (after) => {
          found = after
          return after.line < line
        })
      }
      return found.byte
    },
  }
}
