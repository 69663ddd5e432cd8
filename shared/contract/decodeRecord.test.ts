import { describe, expect, it } from 'vitest'
import { decodeRecord } from './decodeRecord.ts'
import { decode, used } from '../testing/exampleMessage.ts'

describe('a record of the log', () => {
  it('is read back with the id that it was given when it came without one', () => {
    const old = { pattern_id: used.pattern_id, usage_timestamp: used.occurred_at, outcome: 'error' }
    const decoded = decode(old)
    expect.assert(decoded.ok)
    const record = {
      position: 1,
      eventId: decoded.event.eventId,
      value: Buffer.from(JSON.stringify(old)),
      headers: undefined,
    }
    expect(decodeRecord(record)).toEqual(decoded.event)
  })

  it('that is no event is a fault in our code, and says where it lies', () => {
    const record = { position: 42, eventId: used.event_id, value: Buffer.from('{}'), headers: undefined }
    expect(() => decodeRecord(record)).toThrow(
      expect.objectContaining({
        message: 'The event at position 42 can no longer be read',
        cause: { reason: 'schema', faults: [expect.objectContaining({ path: 'type' })] },
      }),
    )
  })
})
