import { decodeMessage } from '@patterns/shared/contract/decodeMessage.ts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type BenchmarkOptions, benchmarkMessages } from './benchmark.ts'

const startAt = Date.UTC(2026, 5, 1, 12)
const usual: BenchmarkOptions = { seed: 'tests', count: 20_000, startAt }

describe('benchmark messages', () => {
  test('are the same bytes for the same options', () => {
    const options = fc.record({
      seed: fc.oneof(fc.string(), fc.integer()),
      count: fc.integer({ min: 0, max: 300 }),
      patterns: fc.integer({ min: 1, max: 50 }),
      startAt: fc.integer({ min: 0, max: 4e12 }),
      eventsPerSecond: fc.integer({ min: 1, max: 1_000_000 }),
      fields: fc.constantFrom('mixed' as const, 'all' as const),
    })
    fc.assert(
      fc.property(options, (given) => {
        expect([...benchmarkMessages(given)]).toEqual([...benchmarkMessages(given)])
      }),
    )
  })

  test.each(['mixed', 'all'] as const)('with %s fields all obey the contract', (fields) => {
    for (const { key, value, timestamp } of benchmarkMessages({ ...usual, count: 3_000, fields })) {
      const message = {
        offset: 0,
        key: Buffer.from(key),
        value: Buffer.from(value),
        headers: undefined,
        timestamp,
      }
      const decoded = decodeMessage(message, { topic: 'tests', partition: 0 }, timestamp)
      expect(decoded).toMatchObject({
        ok: true,
        event: { patternId: key, occurredAt: timestamp, type: 'pattern.used' },
      })
      // Written as JSON.stringify writes it: nothing that a parser would have to forgive.
      expect(JSON.stringify(JSON.parse(value))).toBe(value)
    }
  })

  test('are about 311 bytes on average', () => {
    const lengths = [...benchmarkMessages(usual)].map(({ value }) => Buffer.byteLength(value))
    const mean = lengths.reduce((sum, length) => sum + length, 0) / lengths.length
    expect(Math.abs(mean - 311)).toBeLessThan(4)
  })

  test('have all fields if asked for', () => {
    for (const { value } of benchmarkMessages({ ...usual, count: 100, fields: 'all' })) {
      expect(Object.keys(JSON.parse(value) as object)).toEqual([
        'event_id',
        'type',
        'schema_version',
        'pattern_id',
        'occurred_at',
        'correlation_id',
        'source',
        'pattern_name',
        'pattern_type',
        'outcome',
        'quality_score',
        'execution_time_ms',
        'context',
      ])
    }
  })

  test('never repeat an id', () => {
    const ids = [...benchmarkMessages(usual)].map(({ value }) => value.slice(13, 49))
    expect(new Set(ids).size).toBe(ids.length)
  })

  test('use the patterns as Zipf says: the k-th most used has 1/k of the uses of the first', () => {
    const uses = new Map<string, number>()
    for (const { key } of benchmarkMessages({ ...usual, count: 200_000 }))
      uses.set(key, (uses.get(key) ?? 0) + 1)
    const ranked = [...uses.values()].toSorted((a, b) => b - a)
    expect(uses.size).toBeGreaterThan(990)
    expect(ranked[0]! / ranked[1]!).toBeCloseTo(2, 0)
    expect(ranked[0]! / ranked[9]!).toBeGreaterThan(8.5)
    expect(ranked[0]! / ranked[9]!).toBeLessThan(11.5)
  })

  test('go on in event time at the rate that was asked for', () => {
    const times = [...benchmarkMessages({ ...usual, count: 5_001, eventsPerSecond: 5_000 })].map(
      ({ timestamp }) => timestamp,
    )
    expect(times[0]).toBe(startAt)
    expect(times.at(-1)).toBe(startAt + 1_000)
  })
})
