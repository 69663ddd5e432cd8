import { once } from 'node:events'

/** So much is gathered before it is written: a system call a line would be the slowest part of an export. */
const chunkBytes = 64 * 1024

/** Writes lines to a stream that may be slow, or be closed by its reader. */
export interface LineWriter {
  /** Resolves `false` once the reader has gone (as `head` does when it has enough): stop then, it is no error. */
  write(line: string | Uint8Array): Promise<boolean>
  flush(): Promise<boolean>
}

/** @throws from `write` if the stream broke otherwise, such as a full disk */
export const createLineWriter = (stream: NodeJS.WritableStream): LineWriter => {
  let parts: Buffer[] = []
  let bytes = 0
  let isClosed = false
  let failure: Error | undefined
  const newline = Buffer.from('\n')
  stream.on('error', (error: NodeJS.ErrnoException) => {
    isClosed = true
    if (error.code !== 'EPIPE') failure = error
  })
  const flush = async (): Promise<boolean> => {
    const chunk = Buffer.concat(parts)
    parts = []
    bytes = 0
    if (!isClosed && chunk.length > 0 && !stream.write(chunk)) {
      const waiting = new AbortController()
      const { signal } = waiting
      await Promise.race([once(stream, 'drain', { signal }), once(stream, 'close', { signal })]).catch(
        () => {},
      )
      // The one that did not come would listen on.
      waiting.abort()
    }
    if (failure !== undefined) throw failure
    return !isClosed
  }
  return {
    async write(line) {
      const content =
        typeof line === 'string' ? Buffer.from(line) : Buffer.from(line.buffer, line.byteOffset, line.length)
      parts.push(content, newline)
      bytes += content.length + 1
      return bytes < chunkBytes ? !isClosed : flush()
    },
    flush,
  }
}
