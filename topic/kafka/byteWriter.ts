/** Writes Kafka's fields into a buffer, one after the other. */
export interface ByteWriter {
  int8(value: number): void
  int16(value: number): void
  int32(value: number): void
  int64(value: bigint): void
  /** A zigzag varint or varlong. */
  varint(value: number): void
  /** Bytes, or text as UTF-8, after their length as a varint; `null` as the length -1. */
  data(data: Buffer | string | null): void
  /** Text as UTF-8 after its length as an int16. */
  text(value: string): void
  /** How many items a list of a flexible version has, or bytes a text. */
  compactLength(length: number): void
  raw(bytes: Buffer): void
  /** How much was written. */
  at(): number
}

const zigzag = (value: number): number => (value >= 0 ? value * 2 : -value * 2 - 1)

/** How many bytes `value` takes as a varint. */
export const varintBytes = (value: number): number => {
  let bytes = 1
  for (let left = zigzag(value); left >= 0x80; left = Math.floor(left / 0x80)) bytes++
  return bytes
}

export const createByteWriter = (buffer: Buffer): ByteWriter => {
  let at = 0
  const unsignedVarint = (value: number) => {
    let left = value
    // Divisions, since a shift would cut a varlong at 32 bits.
    for (; left >= 0x80; left = Math.floor(left / 0x80)) buffer[at++] = (left % 0x80) | 0x80
    buffer[at++] = left
  }
  const varint = (value: number) => unsignedVarint(zigzag(value))
  const raw = (bytes: Buffer) => {
    buffer.set(bytes, at)
    at += bytes.length
  }
  return {
    int8: (value) => void (at = buffer.writeInt8(value, at)),
    int16: (value) => void (at = buffer.writeInt16BE(value, at)),
    int32: (value) => void (at = buffer.writeInt32BE(value, at)),
    int64: (value) => void (at = buffer.writeBigInt64BE(value, at)),
    varint,
    data(data) {
      if (data === null) {
        varint(-1)
      } else if (typeof data === 'string') {
        varint(Buffer.byteLength(data))
        at += buffer.write(data, at)
      } else {
        varint(data.length)
        raw(data)
      }
    },
    text(value) {
      at = buffer.writeInt16BE(Buffer.byteLength(value), at)
      at += buffer.write(value, at)
    },
    compactLength: (length) => unsignedVarint(length + 1),
    raw,
    at: () => at,
  }
}
