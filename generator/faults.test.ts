import { decodeMessage } from '@patterns/shared/contract/decodeMessage.ts'
import type { TopicMessage } from '@patterns/shared/contract/topicMessage.ts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { benchmarkMessages } from './benchmark.ts'
import { patternEvents } from './events.ts'
import { demoFaults, type FaultKind, fates, type GeneratedMessage, withFaults } from './faults.ts'

const from = Date.UTC(2026, 2, 4)
const origin = { topic: 'tests', partition: 0 }

const plain = [...patternEvents({ seed: 'faults', from, to: from + 3 * 86_400_000, eventsPerSecond: 0.05 })]
const kinds = (Object.keys(fates) as (keyof typeof fates)[]).filter((kind) => kind !== 'plain')
const evenShares: Record<string, number> = {
  ...Object.fromEntries(kinds.map((kind) => [kind, 0.04])),
  too_large: 0.005,
}

const asTaken = ({ message }: GeneratedMessage, offset: number): TopicMessage => ({
  offset,
  key: message.key === null ? null : Buffer.from(message.key),
  value: message.value === null ? null : Buffer.from(message.value),
  headers: message.headers,
  timestamp: message.timestamp,
})

const countByKind = (messages: readonly GeneratedMessage[]): Partial<Record<string, number>> => {
  const counts: Partial<Record<string, number>> = {}
  for (const { kind } of messages) counts[kind] = (counts[kind] ?? 0) + 1
  return counts
}

/** What an independent reader, who knows nothing of kinds, makes of the messages. */
const recount = (messages: readonly GeneratedMessage[]): Partial<Record<string, number>> => {
  const counts: Partial<Record<string, number>> = {}
  const seen = new Map<string, string>()
  messages.forEach((generated, offset) => {
    const message = asTaken(generated, offset)
    const decoded = decodeMessage(message, origin, message.timestamp)
    const value = message.value?.toString() ?? ''
    const earlier = decoded.ok ? seen.get(decoded.event.eventId) : undefined
    const repeated = earlier === value ? 'duplicate' : 'id_conflict'
    const accepted = earlier === undefined ? 'event' : repeated
    const fate = decoded.ok ? accepted : decoded.rejection.reason
    if (decoded.ok && earlier === undefined) seen.set(decoded.event.eventId, value)
    counts[fate] = (counts[fate] ?? 0) + 1
  })
  return counts
}

describe('messages with faults', () => {
  test('are the same at every run of a seed', () => {
    const run = (seed: string): GeneratedMessage[] => [
      ...withFaults(plain.slice(0, 500), { seed, shares: evenShares }),
    ]
    fc.assert(
      fc.property(fc.string(), (seed) => {
        expect(run(seed)).toEqual(run(seed))
      }),
      { numRuns: 10 },
    )
    expect(run('a')).not.toEqual(run('b'))
  })

  test('have of every kind as many as their shares say, and each meets its fate exactly', () => {
    const messages = [...withFaults(plain, { seed: 1, shares: evenShares })]
    const counts = countByKind(messages)
    const expected = (kind: string) => plain.length * evenShares[kind]!
    for (const kind of kinds) {
      expect(Math.abs(counts[kind]! - expected(kind)), kind).toBeLessThan(5 * Math.sqrt(expected(kind)))
    }
    const byFate: Partial<Record<string, number>> = {}
    for (const [kind, count] of Object.entries(counts)) {
      const fate = fates[kind as FaultKind]
      byFate[fate] = (byFate[fate] ?? 0) + count!
    }
    expect(recount(messages)).toEqual(byFate)
  })

  test('lose no plain message: each stays, is altered in its place, or is followed by its echo', () => {
    const messages = [...withFaults(plain, { seed: 2, shares: evenShares })]
    const counts = countByKind(messages)
    expect(messages.length - counts['duplicate']! - counts['id_conflict']!).toBe(plain.length)
  })

  test('of each kind alone are that kind and no other', () => {
    for (const kind of kinds) {
      const messages = [...withFaults(plain.slice(0, 300), { seed: kind, shares: { [kind]: 1 } })]
      const counts = countByKind(messages)
      expect(counts[kind], kind).toBeGreaterThan(200)
      expect(Object.keys(counts).every((each) => each === kind || each === 'plain')).toBe(true)
    }
  })

  test('repeat a duplicate within 20 messages, byte for byte, with a timestamp that keeps the order', () => {
    const messages = [...withFaults(plain, { seed: 3, shares: { duplicate: 0.1 } })]
    messages.forEach(({ kind, message }, at) => {
      if (kind !== 'duplicate') return
      const before = messages.slice(Math.max(0, at - 45), at).filter((each) => each.kind === 'plain')
      expect(before.slice(-21).some((each) => each.message.value === message.value)).toBe(true)
    })
    const times = messages.map(({ message }) => message.timestamp)
    expect(times).toEqual(times.toSorted((a, b) => a - b))
  })

  test('are late by hours of event time while the message itself is on time', () => {
    const late = [...withFaults(plain, { seed: 4, shares: { late: 0.5 } })].filter(
      ({ kind }) => kind === 'late',
    )
    late.forEach((generated, offset) => {
      const message = asTaken(generated, offset)
      const decoded = decodeMessage(message, origin, message.timestamp)
      if (!decoded.ok) throw new Error('a late event was refused')
      const delayMs = generated.message.timestamp - decoded.event.occurredAt
      expect(delayMs).toBeGreaterThanOrEqual(3 * 3_600_000)
      expect(delayMs).toBeLessThanOrEqual(48 * 3_600_000)
    })
  })

  test('of the demo are few', () => {
    const messages = [...withFaults(plain, { seed: 5, shares: demoFaults })]
    const faulty = messages.filter(({ kind }) => fates[kind] !== 'event').length / messages.length
    expect(faulty).toBeGreaterThan(0.003)
    expect(faulty).toBeLessThan(0.02)
  })

  test('leave the messages as they are if no share is given', () => {
    const messages = [...withFaults(plain, { seed: 6, shares: {} })]
    expect(messages.map(({ message }) => message)).toEqual(plain)
  })

  test.each([{ late: -0.1 }, { late: Number.NaN }, { late: 0.6, schema: 0.6 }])(
    'refuse the shares %j',
    (shares) => {
      expect(() => [...withFaults(plain, { seed: 7, shares })]).toThrow(RangeError)
    },
  )
})

test('faults can be put among benchmark messages as well', () => {
  const benchmark = benchmarkMessages({ seed: 8, count: 5_000, patterns: 50, startAt: from })
  const messages = [...withFaults(benchmark, { seed: 8, shares: evenShares })]
  expect(Object.keys(countByKind(messages)).length).toBe(kinds.length + 1)
  expect(recount(messages)['schema']).toBe(countByKind(messages)['schema'])
})
