import { decompressFrame } from 'lz4-napi'
import { TooLargeError } from './unpackedSize.ts'

// https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md
//   magic uint32 · FLG · BD · [content size uint64] · [dictionary uint32] · header checksum
//   [block size uint32, its highest bit for what is not compressed · block · [checksum uint32]]… · 0 uint32
const magic = 0x184d2204
const flagsAt = 4
const blockMaximumAt = 5
const blockChecksumFlag = 0x10
const contentSizeFlag = 0x08
const dictionaryFlag = 0x01
const uncompressedFlag = 0x8000_0000

/** A byte adds at most this to a match, so no block unpacks to more than so many times its size. */
const maxGrowth = 255

/** The most that a block may be unpacked, of 64 KiB to 4 MiB. */
const blockMaximum = (frame: Buffer): number => 1 << (8 + 2 * ((frame.readUInt8(blockMaximumAt) >> 4) & 7))

/**
 * The most that a frame can unpack to, from its blocks' sizes alone. The content size that it may claim is not looked
 * at: the unpacker believes none either, and grows by what it unpacks.
 */
const maxUnpacked = (frame: Buffer): number => {
  if (frame.readUInt32LE(0) !== magic) throw new Error('it is not a frame of LZ4')
  const flags = frame.readUInt8(flagsAt)
  const maximum = blockMaximum(frame)
  const checksumBytes = flags & blockChecksumFlag ? 4 : 0
  let at = flagsAt + 3 + (flags & contentSizeFlag ? 8 : 0) + (flags & dictionaryFlag ? 4 : 0)
  let max = 0
  for (;;) {
    const size = frame.readUInt32LE(at)
    if (size === 0) return max
    const bytes = size % uncompressedFlag
    max += size >= uncompressedFlag ? bytes : Math.min(maximum, bytes * maxGrowth)
    at += 4 + bytes + checksumBytes
  }
}

/** Unpacks a frame of LZ4. @throws TooLargeError before it unpacks */
export const unpackLz4 = async (frame: Buffer, maxBytes: number): Promise<Buffer> => {
  if (maxUnpacked(frame) > maxBytes) throw new TooLargeError(maxBytes)
  return decompressFrame(frame)
}
