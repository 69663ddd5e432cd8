import { readInt64 } from './batchHeader.ts'

/** Reads the fields of a response in a flexible version (KIP-482), one after the other. */
export interface CompactReader {
  int16(): number
  int32(): number
  /** As a number: offsets lie far below 2^53. */
  int64(): number
  bigInt64(): bigint
  /** In hexadecimal. */
  uuid(): string
  /** Bytes or text as a view, empty if they are null. */
  bytes(): Buffer
  /** Empty if it is null. Reads the tagged fields that end each item as well, and may be told of their tags. */
  list<Item>(item: () => Item, onTag?: (item: Item, tag: number) => void): Item[]
  skip(bytes: number): void
}

const uuidBytes = 16

/** Begins after the tagged fields of the response's header, which kafkajs leaves to the body. */
export const createCompactReader = (raw: Buffer): CompactReader => {
  let at = 0
  const moved = (bytes: number): number => (at += bytes) - bytes
  const unsignedVarint = (): number => {
    let value = 0
    for (let scale = 1; ; scale *= 0x80) {
      const byte = raw[at++]
      if (byte === undefined) throw new RangeError('A response ends in the middle of a number')
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
    }
  }
  /** Lengths are one more than they say; 0 is null. */
  const length = (): number => Math.max(0, unsignedVarint() - 1)
  /** Passes over tagged fields: all are optional. */
  const skipTags = (onTag?: (tag: number) => void): void => {
    for (let left = unsignedVarint(); left > 0; left--) {
      const tag = unsignedVarint()
      onTag?.(tag)
      const size = unsignedVarint()
      moved(size)
    }
  }
  skipTags()
  return {
    int16: () => raw.readInt16BE(moved(2)),
    int32: () => raw.readInt32BE(moved(4)),
    int64: () => readInt64(raw, moved(8)),
    bigInt64: () => raw.readBigInt64BE(moved(8)),
    uuid: () => raw.toString('hex', moved(uuidBytes), at),
    bytes() {
      const size = length()
      return raw.subarray(moved(size), at)
    },
    list: (item, onTag) =>
      Array.from({ length: length() }, () => {
        const read = item()
        skipTags((tag) => onTag?.(read, tag))
        return read
      }),
    skip: (bytes) => void moved(bytes),
  }
}
