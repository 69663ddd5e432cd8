import { expect, it } from 'vitest'
import { binary, structured, used } from '../testing/exampleMessage.ts'
import { lacksId } from './lacksId.ts'

const bytesOf = (value: unknown): Buffer => Buffer.from(JSON.stringify(value))
const { event_id, type, schema_version, occurred_at, ...data } = used

it('is of version 0 alone that an event lacks an id', () => {
  expect(lacksId(bytesOf({ ...data, usage_timestamp: occurred_at }), undefined)).toBe(true)
  expect(lacksId(bytesOf(used), undefined)).toBe(false)
  expect(lacksId(bytesOf(data), binary)).toBe(false)
  expect(
    lacksId(bytesOf({ specversion: '1.0', id: event_id, type, time: occurred_at, data }), structured),
  ).toBe(false)
  expect(lacksId(bytesOf({ schema_version }), undefined)).toBe(false)
})
