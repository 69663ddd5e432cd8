import { promisify } from 'node:util'
import zlib from 'node:zlib'
import { unpackLz4 } from './lz4.ts'
import { unpackSnappy } from './snappy.ts'
import { maxUnpackedBytes, TooLargeError } from './unpackedSize.ts'

const gunzip = promisify(zlib.gunzip)
const zstdDecompress = promisify(zlib.zstdDecompress)

/** What zlib says if the output passes `maxOutputLength`; it stops there. */
const tooLarge = 'ERR_BUFFER_TOO_LARGE'

const bounded =
  (unpack: (packed: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>) =>
  (packed: Buffer, maxBytes: number): Promise<Buffer> =>
    unpack(packed, { maxOutputLength: maxBytes }).catch((error: Error & { code?: string }) => {
      throw error.code === tooLarge ? new TooLargeError(maxBytes) : error
    })

/** By their number in a batch's attributes. */
const codecs = new Map([
  [1, bounded(gunzip)],
  [2, unpackSnappy],
  [3, unpackLz4],
  [4, bounded(zstdDecompress)],
])

/**
 * Decompresses the records of a batch, off the main thread.
 * @throws TooLargeError for more than is allowed, and an error for a codec that does not exist, by its number, and for
 * bytes that are none of it
 */
export const decompress = async (
  codec: number,
  packed: Buffer,
  maxBytes = maxUnpackedBytes,
): Promise<Buffer> => {
  const unpack = codecs.get(codec)
  if (unpack === undefined) throw new Error(`compression codec ${codec} is not known`)
  return unpack(packed, maxBytes)
}
