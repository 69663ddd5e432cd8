/** Writes Kafka's fields into a buffer, one after the other. */
export interface ByteWriter {
  int8(value: number): void
  int16(value: number): void
  int32(value: number): void
  int64(value: bigint): void
  /** How many items a list of a flexible version has, or bytes a text. */
  compactLength(length: number): void
  raw(bytes: Buffer): void
  /** How much was written. */
  at(): number
}

export const createByteWriter = (buffer: Buffer): ByteWriter => {
  let at = 0
  return {
    int8: (value) => void (at = buffer.writeInt8(value, at)),
    int16: (value) => void (at = buffer.writeInt16BE(value, at)),
    int32: (value) => void (at = buffer.writeInt32BE(value, at)),
    int64: (value) => void (at = buffer.writeBigInt64BE(value, at)),
    compactLength(length) {
      let left = length + 1
      for (; left >= 0x80; left >>>= 7) buffer[at++] = (left & 0x7f) | 0x80
      buffer[at++] = left
    },
    raw(bytes) {
      buffer.set(bytes, at)
      at += bytes.length
    },
    at: () => at,
  }
}
