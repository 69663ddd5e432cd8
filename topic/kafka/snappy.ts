import { uncompress } from 'snappy'
import { TooLargeError } from './unpackedSize.ts'

/** How Java's snappy-java, and so Kafka, begins a stream of blocks: https://github.com/xerial/snappy-java, "\x82SNAPPY\0". */
const streamMagic = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0])
/** The magic, a version and the oldest version that can read it, int32 each. */
const streamHeaderBytes = 16

/** The blocks of a stream, each after its length as an int32; or the one block that there is. */
const blocksOf = (packed: Buffer): Buffer[] => {
  if (!packed.subarray(0, streamMagic.length).equals(streamMagic)) return [packed]
  const blocks: Buffer[] = []
  for (let at = streamHeaderBytes; at < packed.length;) {
    const from = at + 4
    at = from + packed.readUInt32BE(at)
    if (at > packed.length) throw new RangeError('a block of Snappy goes past the end of its batch')
    blocks.push(packed.subarray(from, at))
  }
  return blocks
}

/** What a block says it unpacks to: a varint before its content. The unpacker takes it at its word. */
const unpackedBytes = (block: Buffer): number => {
  let size = 0
  for (const [index, byte] of block.subarray(0, 5).entries()) {
    size += (byte & 0x7f) * 2 ** (7 * index)
    if (byte < 0x80) return size
  }
  throw new RangeError('a block of Snappy does not say its length')
}

/** Unpacks Snappy as Kafka's producers send it: one block, or a stream of them. @throws TooLargeError before it unpacks */
export const unpackSnappy = async (packed: Buffer, maxBytes: number): Promise<Buffer> => {
  const blocks = blocksOf(packed)
  const size = blocks.reduce((sum, block) => sum + unpackedBytes(block), 0)
  if (size > maxBytes) throw new TooLargeError(maxBytes)
  const unpacked = await Promise.all(blocks.map(async (block) => (await uncompress(block)) as Buffer))
  return unpacked.length === 1 ? unpacked[0]! : Buffer.concat(unpacked, size)
}
