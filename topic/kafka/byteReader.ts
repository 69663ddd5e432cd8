/** Reads Kafka's variable-length fields from a buffer, one after the other. */
export interface ByteReader {
  at(): number
  moveTo(position: number): void
  skip(bytes: number): void
  /** A zigzag varint or varlong, as a number. */
  varint(): number
  /** Bytes after their length as a varint, as a view of the buffer; `null` if the length is -1. */
  bytes(): Buffer | null
}

export const createByteReader = (buffer: Buffer, start: number): ByteReader => {
  let position = start

  const unsigned = (): number => {
    let byte = buffer[position++]!
    if (byte < 0x80) return byte
    let value = byte & 0x7f
    // Sums and products, since bit operations would cut a varlong (a time delta of months) at 32 bits.
    for (let scale = 0x80; ; scale *= 0x80) {
      byte = buffer[position++]!
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
      if (byte === undefined) throw new RangeError('A record ends in the middle of a number')
    }
  }
  const varint = (): number => {
    const value = unsigned()
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }
  return {
    at: () => position,
    moveTo: (to) => void (position = to),
    skip: (bytes) => void (position += bytes),
    varint,
    bytes() {
      const length = varint()
      if (length < 0) return null
      const from = position
      position += length
      if (position > buffer.length) throw new RangeError('A record goes past the end of its batch')
      return buffer.subarray(from, position)
    },
  }
}
