import { promisify } from 'node:util'
import zlib from 'node:zlib'
import { compressFrame } from 'lz4-napi'
import { compress } from 'snappy'
import { describe, expect, it } from 'vitest'
import { decompress } from './decompress.ts'

const text = Buffer.from(Array.from({ length: 20_000 }, (_, index) => `message ${index}\n`).join(''))
const tooLarge = 'it would unpack to more than 1 MiB'
const maxBytes = 1 << 20
const blanks = (bytes: number): Buffer => Buffer.alloc(bytes, ' ')

/** As snappy-java writes: blocks of 32 KiB, each after its length. */
const snappyStream = async (content: Buffer): Promise<Buffer> => {
  const parts: Buffer[] = [Buffer.from('\x82SNAPPY\0\0\0\0\x01\0\0\0\x01', 'latin1')]
  for (let at = 0; at < content.length; at += 32 << 10) {
    const block = await compress(content.subarray(at, at + (32 << 10)))
    const length = Buffer.alloc(4)
    length.writeUInt32BE(block.length)
    parts.push(length, block)
  }
  return Buffer.concat(parts)
}

const codecs: [string, number, (content: Buffer) => Promise<Buffer>][] = [
  ['gzip', 1, promisify(zlib.gzip)],
  ['snappy', 2, compress],
  ['snappy in blocks', 2, snappyStream],
  ['lz4', 3, compressFrame],
  [
    'lz4 with checksums',
    3,
    (content) => compressFrame(content, { blockChecksums: true, contentChecksum: true }),
  ],
  ['zstd', 4, promisify(zlib.zstdCompress)],
]

describe.each(codecs)('%s', (_, codec, pack) => {
  it('gives back what was packed', async () => {
    for (const content of [text, Buffer.from('x'), Buffer.alloc(0)])
      expect((await decompress(codec, await pack(content))).equals(content)).toBe(true)
  })

  it('unpacks half of what it may, and refuses a byte more than is allowed', async () => {
    const half = await decompress(codec, await pack(blanks(maxBytes / 2)), maxBytes)
    expect(half.length).toBe(maxBytes / 2)
    await expect(decompress(codec, await pack(blanks(maxBytes + 1)), maxBytes)).rejects.toThrow(tooLarge)
  })

  it('refuses what is cut off', async () => {
    const packed = await pack(text)
    for (const length of [1, 3, 6, 20, 100, packed.length >> 1])
      await expect(decompress(codec, packed.subarray(0, length))).rejects.toBeInstanceOf(Error)
  })
})

describe('a batch that lies about its size', () => {
  it('of one block of Snappy is refused before anything is made for it', async () => {
    const claim = Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f, 0x00])
    await expect(decompress(2, claim)).rejects.toThrow('more than 128 MiB')
    await expect(decompress(2, Buffer.alloc(20, 0xff))).rejects.toThrow('does not say its length')
  })

  it('of a block of Snappy that is longer than the batch is refused', async () => {
    const stream = await snappyStream(text)
    stream.writeUInt32BE(0xffff_ffff, 16)
    await expect(decompress(2, stream)).rejects.toThrow('goes past the end')
  })

  it('of a frame of LZ4 is taken by its blocks', async () => {
    const frame = await compressFrame(text)
    // A block that says nothing of itself can only be so large.
    frame.writeUInt32LE(0x7fff_ffff, 7)
    await expect(decompress(3, frame)).rejects.toThrow(RangeError)
    await expect(decompress(3, Buffer.from('no frame at all'))).rejects.toThrow('not a frame of LZ4')
  })

  it('is told apart by nothing but its number if there is no such codec', async () => {
    await expect(decompress(7, text)).rejects.toThrow('compression codec 7 is not known')
  })
})
