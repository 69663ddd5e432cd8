import type { Random } from './random.ts'

/** Every 16-bit value as four hex digits: ids are made by the million. */
const hex4 = Array.from({ length: 0x1_00_00 }, (_, value) => value.toString(16).padStart(4, '0'))
/** The four digits that hold the version, and those that hold the variant (RFC 9562 section 4). */
const version = (digit: number, bits: number): string => hex4[(digit << 12) | (bits & 0xfff)]!
const variant = (bits: number): string => hex4[0x8000 | (bits & 0x3fff)]!

const low = (bits: number): string => hex4[bits & 0xffff]!
const high = (bits: number): string => hex4[bits >>> 16]!

/** A UUID of version 7 (RFC 9562 section 5.7): its first 48 bits are `time`, epoch milliseconds. */
export const randomUuidV7 = (random: Random, time: number): string => {
  const a = random.bits()
  const b = random.bits()
  const c = random.bits()
  const upper = Math.floor(time / 0x1_00_00)
  return (
    `${high(upper)}${low(upper)}-${hex4[time % 0x1_00_00]!}-` +
    `${version(7, a)}-${variant(a >>> 16)}-${low(b)}${high(b)}${low(c)}`
  )
}

/** A UUID of version 4 (RFC 9562 section 5.4). */
export const randomUuidV4 = (random: Random): string => {
  const a = random.bits()
  const b = random.bits()
  const c = random.bits()
  const d = random.bits()
  return `${high(a)}${low(a)}-${high(b)}-${version(4, b)}-${variant(c)}-${high(c)}${high(d)}${low(d)}`
}
