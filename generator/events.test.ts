import { decodeMessage } from '@patterns/shared/contract/decodeMessage.ts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type EventsOptions, patternEvents } from './events.ts'
import { characters, historyMs } from './character.ts'
import { demoPatterns } from './patterns.ts'
import type { ValidMessage } from './validMessage.ts'

const dayMs = 24 * 3_600_000
const from = Date.UTC(2026, 2, 4, 11, 20)
const history: EventsOptions = {
  seed: 'tests',
  from,
  to: from + historyMs,
  eventsPerSecond: 45_000 / 2_592_000,
}
const messages = [...patternEvents(history)]

const characterOf = new Map(demoPatterns.map(({ id, character }) => [id, character]))
const isOf = (character: string) => (message: ValidMessage) => characterOf.get(message.key) === character

const bodies = (days: readonly [number, number], character: string): Record<string, unknown>[] =>
  messages
    .filter(isOf(character))
    .filter(({ timestamp }) => timestamp >= from + days[0] * dayMs && timestamp < from + days[1] * dayMs)
    .map(({ value }) => JSON.parse(value) as Record<string, unknown>)

const uses = (days: readonly [number, number], character: string): number =>
  bodies(days, character).filter(({ type }) => type === 'pattern.used').length

const meanOf = (field: string, days: readonly [number, number], character: string): number => {
  const values = bodies(days, character).flatMap((body) =>
    typeof body[field] === 'number' ? [body[field]] : [],
  )
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

const successRate = (days: readonly [number, number], character: string): number => {
  const outcomes = bodies(days, character).flatMap(({ outcome }) =>
    typeof outcome === 'string' ? [outcome] : [],
  )
  return (
    outcomes.filter((outcome) => outcome === 'success' || outcome === 'partial_success').length /
    outcomes.length
  )
}

describe('the events of a seed', () => {
  test('are the same bytes at every run', () => {
    const seconds = fc.integer({ min: 1, max: 2_000 })
    fc.assert(
      fc.property(fc.string(), seconds, fc.constantFrom('even', 'office'), (seed, length, rhythm) => {
        const options = { seed, from, to: from + length * 1_000, eventsPerSecond: 0.5, rhythm } as const
        expect([...patternEvents(options)]).toEqual([...patternEvents(options)])
      }),
      { numRuns: 30 },
    )
  })

  test('are others than those of another seed, of another start', () => {
    const ids = (options: Partial<EventsOptions>): string[] =>
      [...patternEvents({ ...history, to: from + dayMs, ...options })].map(
        ({ value }) => (JSON.parse(value) as { event_id: string }).event_id,
      )
    const all = [...ids({}), ...ids({ seed: 'other' }), ...ids({ from: from + 1 })]
    expect(new Set(all).size).toBe(all.length)
  })

  test('begin alike whether or not they ever end', () => {
    const endless = patternEvents({ seed: 1, from, eventsPerSecond: 20 })
    const bounded = [...patternEvents({ seed: 1, from, to: from + 60_000, eventsPerSecond: 20 })]
    expect(bounded.map(() => endless.next().value)).toEqual(bounded)
  })

  test('are in time order and within their span', () => {
    const times = messages.map(({ timestamp }) => timestamp)
    expect(times).toEqual(times.toSorted((a, b) => a - b))
    expect(times[0]).toBeGreaterThanOrEqual(from)
    expect(times.at(-1)).toBeLessThan(from + historyMs)
  })

  test('all obey the contract, with the key of their pattern and the time of their message', () => {
    for (const { key, value, timestamp } of messages) {
      const message = {
        offset: 0,
        key: Buffer.from(key),
        value: Buffer.from(value),
        headers: undefined,
        timestamp,
      }
      const decoded = decodeMessage(message, { topic: 'tests', partition: 0 }, timestamp)
      expect(decoded).toMatchObject({ ok: true, event: { patternId: key, occurredAt: timestamp } })
    }
  })
})

describe('the history', () => {
  test('has 30 to 60 thousand events of sixty patterns in six categories', () => {
    expect(messages.length).toBeGreaterThan(30_000)
    expect(messages.length).toBeLessThan(60_000)
    expect(new Set(messages.map(({ key }) => key)).size).toBe(60)
    expect(new Set(demoPatterns.map(({ type }) => type)).size).toBe(6)
    expect(new Set(demoPatterns.map(({ id }) => id)).size).toBe(60)
    // What people who only read the contract ask for first.
    expect(demoPatterns[0]!.type).toBe('architectural')
  })

  test('has every character more than once', () => {
    for (const character of characters) {
      expect(demoPatterns.filter((pattern) => pattern.character === character).length).toBeGreaterThan(1)
    }
  })

  test('registers each pattern once, before its first use', () => {
    const firsts = new Map<string, string>()
    for (const { key, value } of messages) {
      if (!firsts.has(key)) firsts.set(key, (JSON.parse(value) as { type: string }).type)
    }
    expect(new Set(firsts.values())).toEqual(new Set(['pattern.registered']))
    expect(messages.filter(({ value }) => value.includes('"pattern.registered"'))).toHaveLength(60)
  })

  test('emerging patterns more than double from one week to the next', () => {
    expect(uses([23, 30], 'emerging')).toBeGreaterThan(2 * uses([16, 23], 'emerging'))
  })

  test('declining patterns lose more than half', () => {
    expect(uses([23, 30], 'declining')).toBeLessThan(0.5 * uses([16, 23], 'declining'))
  })

  test('steady patterns keep within a tenth', () => {
    const ratio = uses([23, 30], 'steady') / uses([16, 23], 'steady')
    expect(ratio).toBeGreaterThan(0.9)
    expect(ratio).toBeLessThan(1.1)
  })

  test('new patterns begin in the last three days', () => {
    expect(uses([0, 27], 'new')).toBe(0)
    expect(uses([27, 30], 'new')).toBeGreaterThan(50)
  })

  test('rare patterns stay below one use a day each', () => {
    const rare = demoPatterns.filter(({ character }) => character === 'rare').length
    expect(uses([0, 30], 'rare')).toBeGreaterThan(0)
    expect(uses([0, 30], 'rare') / rare).toBeLessThan(30)
  })

  test('bursty patterns vary from day to day far more than steady ones', () => {
    const dispersion = (character: string): number => {
      const days = Array.from({ length: 28 }, (_, day) => uses([day, day + 1], character))
      const mean = days.reduce((total, count) => total + count, 0) / days.length
      return days.reduce((total, count) => total + (count - mean) ** 2, 0) / days.length / mean ** 2
    }
    expect(dispersion('bursty')).toBeGreaterThan(2 * dispersion('steady'))
  })

  test('improving patterns succeed more, score higher and take less time in the end', () => {
    expect(successRate([25, 30], 'improving')).toBeGreaterThan(successRate([0, 5], 'improving') + 0.15)
    expect(meanOf('quality_score', [25, 30], 'improving')).toBeGreaterThan(
      meanOf('quality_score', [0, 5], 'improving') + 0.15,
    )
    expect(meanOf('execution_time_ms', [25, 30], 'improving')).toBeLessThan(
      meanOf('execution_time_ms', [0, 5], 'improving'),
    )
  })

  test('worsening patterns succeed less, score lower and take more time in the end', () => {
    expect(successRate([25, 30], 'worsening')).toBeLessThan(successRate([0, 5], 'worsening') - 0.15)
    expect(meanOf('quality_score', [25, 30], 'worsening')).toBeLessThan(
      meanOf('quality_score', [0, 5], 'worsening') - 0.15,
    )
    expect(meanOf('execution_time_ms', [25, 30], 'worsening')).toBeGreaterThan(
      meanOf('execution_time_ms', [0, 5], 'worsening'),
    )
  })

  test('is busier by day than by night', () => {
    const between = (first: number, last: number): number =>
      messages.filter(({ timestamp }) => {
        const hour = new Date(timestamp).getUTCHours()
        return hour >= first && hour < last
      }).length
    expect(between(8, 16)).toBeGreaterThan(4 * between(0, 5))
  })
})

test('an even rhythm keeps the rate that was asked for, whatever the hour and the moods', () => {
  const night = Date.UTC(2026, 2, 8, 2)
  const options = { seed: 1, from: night, to: night + 600_000, epoch: from, eventsPerSecond: 20 } as const
  const count = [...patternEvents({ ...options, rhythm: 'even', announce: false })].length
  // A Poisson count of mean 12,000: five standard deviations are 548.
  expect(Math.abs(count - 12_000)).toBeLessThan(548)
})
