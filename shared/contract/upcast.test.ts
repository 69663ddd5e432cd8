import { v5 } from 'uuid'
import { describe, expect, it } from 'vitest'
import { givenId, idOfPlace, upcast } from './upcast.ts'

const version0 = {
  pattern_id: '11111111-2222-4333-8444-555555555555',
  usage_timestamp: '2026-01-02T03:04:05Z',
  outcome: 'success',
  context: { language: 'typescript' },
}

const neverAsked = (): string => expect.fail('asked for an id that was not needed')

describe('upcasting', () => {
  it('makes a use of version 1 from the shape of version 0', () => {
    expect(upcast(version0, () => 'the id')).toEqual({
      event_id: 'the id',
      type: 'pattern.used',
      schema_version: 1,
      pattern_id: version0.pattern_id,
      occurred_at: version0.usage_timestamp,
      outcome: 'success',
      context: version0.context,
    })
  })

  it('leaves alone what says a version or a type, and what has not the old shape', () => {
    const { usage_timestamp, outcome, ...rest } = version0
    for (const body of [
      { ...version0, type: 'pattern.used' },
      { ...version0, schema_version: 1 },
      { ...version0, schema_version: null },
      { ...rest, usage_timestamp },
      { ...rest, outcome },
      {},
    ]) {
      expect(upcast(body, neverAsked)).toBe(body)
    }
  })

  it('leaves alone what is no object', () => {
    for (const body of [undefined, null, 1, 'text', [version0]]) expect(upcast(body, neverAsked)).toBe(body)
  })

  it('keeps a field with the name __proto__ a field', () => {
    const body: unknown = JSON.parse('{"usage_timestamp":"t","outcome":"success","__proto__":{"type":"x"}}')
    const result = upcast(body, () => 'id')
    expect(Object.keys(result as object)).toContain('__proto__')
    expect(Object.getPrototypeOf(result)).toBe(Object.prototype)
  })
})

describe('the id of an event that came without one', () => {
  it('is what a header gives it, as an export does that is published again', () => {
    expect(givenId({ event_id: Buffer.from('an id') })).toBe('an id')
    expect(givenId({ event_id: ['an id', 'another'] })).toBe('an id')
    expect(givenId({ other: 'x' })).toBeUndefined()
    expect(givenId(undefined)).toBeUndefined()
  })

  it('is a UUIDv5 of topic, partition and offset', () => {
    expect(idOfPlace('pattern-usage-events', 3, 42)).toBe(v5('pattern-usage-events/3/42', v5.URL))
    // Written down, since it must never change: the log has ids that were made of it.
    expect(idOfPlace('pattern-usage-events', 0, 0)).toBe('355f9984-22c3-558d-98d9-eae5be667a6a')
  })

  it('is the same at every reading and another for every place', () => {
    const places = [
      ['a', 0, 0],
      ['a', 0, 1],
      ['a', 1, 0],
      ['b', 0, 0],
      ['a', 10, 1],
      ['a', 1, 101],
    ] as const
    const ids = places.map(([topic, partition, offset]) => idOfPlace(topic, partition, offset))
    expect(new Set(ids).size).toBe(places.length)
    expect(places.map(([topic, partition, offset]) => idOfPlace(topic, partition, offset))).toEqual(ids)
  })
})
