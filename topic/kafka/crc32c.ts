/** Castagnoli's polynomial, reflected; RFC 3720, appendix B.4. */
const polynomial = 0x82f63b78
const slices = 8

/** One table for each of the 8 bytes that are taken at a time ("slicing-by-8", Kounavis and Berry, 2005). */
const tables = (() => {
  const made = Array.from({ length: slices }, () => new Uint32Array(256))
  for (let byte = 0; byte < 256; byte++) {
    let remainder = byte
    for (let bit = 0; bit < 8; bit++)
      remainder = remainder & 1 ? (remainder >>> 1) ^ polynomial : remainder >>> 1
    made[0]![byte] = remainder >>> 0
  }
  for (let slice = 1; slice < slices; slice++) {
    for (let byte = 0; byte < 256; byte++) {
      const before = made[slice - 1]![byte]!
      made[slice]![byte] = ((before >>> 8) ^ made[0]![before & 0xff]!) >>> 0
    }
  }
  return made
})()
const [t0, t1, t2, t3, t4, t5, t6, t7] = tables as [
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
]

/** The CRC-32C of `bytes[start…]`, as an unsigned 32-bit number. */
export const crc32c = (bytes: Uint8Array, start = 0): number => {
  let crc = 0xffffffff
  let at = start
  for (const last = bytes.length - slices; at <= last; at += slices) {
    crc ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
    crc =
      t7[crc & 0xff]! ^
      t6[(crc >>> 8) & 0xff]! ^
      t5[(crc >>> 16) & 0xff]! ^
      t4[crc >>> 24]! ^
      t3[bytes[at + 4]!]! ^
      t2[bytes[at + 5]!]! ^
      t1[bytes[at + 6]!]! ^
      t0[bytes[at + 7]!]!
  }
  for (; at < bytes.length; at++) crc = (crc >>> 8) ^ t0[(crc ^ bytes[at]!) & 0xff]!
  return (crc ^ 0xffffffff) >>> 0
}
