/** One line of NDJSON as bytes, which may be anything. */
export interface Line {
  /** From 1. */
  readonly number: number
  /** Without its line end; `undefined` if the line is longer than is read. */
  readonly bytes: Buffer | undefined
  /** How much of the input lies up to the end of this line, in bytes. */
  readonly endsAt: number
}

/** Longer lines can be no message (256 KiB), and must not fill the memory. */
export const maxLineBytes = 8 * 1024 * 1024

const lineFeed = 0x0a
const carriageReturn = 0x0d

const withoutCarriageReturn = (bytes: Buffer): Buffer =>
  bytes.at(-1) === carriageReturn ? bytes.subarray(0, -1) : bytes

/** The lines of a stream of bytes. The last one need not have a line end. */
export async function* readLines(input: AsyncIterable<Buffer>): AsyncGenerator<Line> {
  let number = 0
  let read = 0
  let parts: Buffer[] = []
  let length = 0
  const take = (rest: Buffer, endsAt: number): Line => {
    number += 1
    const total = length + rest.length
    const bytes = parts.length === 0 ? rest : Buffer.concat([...parts, rest])
    parts = []
    length = 0
    return { number, bytes: total > maxLineBytes ? undefined : withoutCarriageReturn(bytes), endsAt }
  }
  for await (const chunk of input) {
    let start = 0
    for (let end = chunk.indexOf(lineFeed); end >= 0; end = chunk.indexOf(lineFeed, start)) {
      yield take(chunk.subarray(start, end), read + end + 1)
      start = end + 1
    }
    const rest = chunk.subarray(start)
    length += rest.length
    // Of a line that is too long only the length is kept.
    if (length > maxLineBytes) parts = []
    else if (rest.length > 0) parts.push(rest)
    read += chunk.length
  }
  if (length > 0) yield take(Buffer.alloc(0), read)
}
