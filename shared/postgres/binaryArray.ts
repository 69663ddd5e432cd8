import { writeUuid } from '../contract/uuid.ts'

/**
 * Array parameters in Postgres' binary form. pg sends a Buffer as a binary parameter, so a statement that
 * casts it (`$1::int8[]`) gets the array without a text form being written, escaped, sent and parsed:
 * the larger part of the cost of an upsert of some thousand rows.
 *
 * The form (array_recv in the server's arrayfuncs.c): dimensions, whether there are nulls, element type,
 * length, lower bound; then each element as its byte length (−1 for null) and its bytes.
 */

const headerBytes = 20

const oid = { int4: 23, int8: 20, text: 25, bytea: 17, float8: 701, uuid: 2950, timestamptz: 1184 } as const

const open = (target: Buffer, elementType: number, length: number): void => {
  target.writeInt32BE(1, 0)
  target.writeInt32BE(1, 4)
  target.writeInt32BE(elementType, 8)
  target.writeInt32BE(length, 12)
  target.writeInt32BE(1, 16)
}

const twoTo32 = 2 ** 32

/** Writes `value × scale` in two's complement, high half first: exact for every safe integer and a scale of some thousand. */
const writeInt8 = (target: Buffer, at: number, value: number, scale: number): void => {
  const high = Math.floor(value / twoTo32)
  const low = (value - high * twoTo32) * scale
  const carry = Math.floor(low / twoTo32)
  target.writeInt32BE(high * scale + carry, at)
  target.writeUInt32BE(low - carry * twoTo32, at + 4)
}

const eightByteArray = (elementType: number, values: readonly (number | null)[], scale: number): Buffer => {
  const target = Buffer.allocUnsafe(headerBytes + values.length * 12)
  open(target, elementType, values.length)
  let at = headerBytes
  for (const value of values) {
    if (value === null) {
      at = target.writeInt32BE(-1, at)
      continue
    }
    at = target.writeInt32BE(8, at)
    writeInt8(target, at, value, scale)
    at += 8
  }
  return target.subarray(0, at)
}

/** `int8[]` from safe integers. */
export const int8Array = (values: readonly (number | null)[]): Buffer => eightByteArray(oid.int8, values, 1)

/** The safe integers of an `int8[]` without nulls, as `array_send` gives it. */
export const fromInt8Array = (array: Buffer): number[] => {
  const values: number[] = []
  // Of no elements, Postgres sends less than a header.
  for (let at = headerBytes + 4; at < array.length; at += 12)
    values.push(array.readInt32BE(at) * twoTo32 + array.readUInt32BE(at + 4))
  return values
}

/** `int4[]` from signed integers of 32 bits. */
export const int4Array = (values: Int32Array): Buffer => {
  const target = Buffer.allocUnsafe(headerBytes + values.length * 8)
  open(target, oid.int4, values.length)
  let at = headerBytes
  for (const value of values) {
    at = target.writeInt32BE(4, at)
    at = target.writeInt32BE(value, at)
  }
  return target
}

/** `float8[]`, to the bit. */
export const float8Array = (values: readonly (number | null)[]): Buffer => {
  const target = Buffer.allocUnsafe(headerBytes + values.length * 12)
  open(target, oid.float8, values.length)
  let at = headerBytes
  for (const value of values) {
    at = target.writeInt32BE(value === null ? -1 : 8, at)
    if (value !== null) at = target.writeDoubleBE(value, at)
  }
  return target.subarray(0, at)
}

/** Postgres counts microseconds from the year 2000. */
const postgresEpochMs = Date.UTC(2000, 0, 1)
const microseconds = 1_000

/** `timestamptz[]` from epoch milliseconds. */
export const timestamptzArray = (times: readonly (number | null)[]): Buffer =>
  eightByteArray(
    oid.timestamptz,
    times.map((time) => (time === null ? null : time - postgresEpochMs)),
    microseconds,
  )

/** The times of a `timestamptz[]` without nulls, as `array_send` gives it, in epoch milliseconds. */
export const fromTimestamptzArray = (array: Buffer): number[] =>
  fromInt8Array(array).map((time) => time / microseconds + postgresEpochMs)

/** `uuid[]` from UUIDs in lower case. */
export const uuidArray = (uuids: readonly (string | null)[]): Buffer => {
  const target = Buffer.allocUnsafe(headerBytes + uuids.length * 20)
  open(target, oid.uuid, uuids.length)
  let at = headerBytes
  for (const uuid of uuids) {
    at = target.writeInt32BE(uuid === null ? -1 : 16, at)
    if (uuid === null) continue
    writeUuid(target, at, uuid)
    at += 16
  }
  return target.subarray(0, at)
}

/** `bytea[]`. */
export const byteaArray = (values: readonly (Buffer | null)[]): Buffer => bytesArray(oid.bytea, values)

/** `text[]`. */
export const textArray = (values: readonly (string | null)[]): Buffer =>
  bytesArray(
    oid.text,
    values.map((value) => (value === null ? null : Buffer.from(value))),
  )

const bytesArray = (elementType: number, values: readonly (Buffer | null)[]): Buffer => {
  const bytes = values.reduce((sum, value) => sum + 4 + (value?.length ?? 0), headerBytes)
  const target = Buffer.allocUnsafe(bytes)
  open(target, elementType, values.length)
  let at = headerBytes
  for (const value of values) {
    at = target.writeInt32BE(value === null ? -1 : value.length, at)
    if (value !== null) at += value.copy(target, at)
  }
  return target
}
