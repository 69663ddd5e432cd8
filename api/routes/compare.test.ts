import type { SeededEvent } from '@patterns/testing/seedProjections.ts'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { drawMessages, patternIds } from '../testing/drawMessages.ts'
import {
  durations,
  inRange,
  mean,
  metricOf,
  ofPattern,
  scores,
  stddev,
  successRate,
  countUses,
  vectorOf,
} from '../testing/recount.ts'
import { type Answer, startTestApi, type TestApi } from '../testing/startTestApi.ts'

const now = Date.UTC(2026, 3, 8, 10, 30)
const day = 86_400_000
const [a, b, c, d] = patternIds
const unknown = '0197a3b4-0000-7000-8000-0000000000ff'
/** Registered and never used. */
const silent = '0197a3b4-0000-7000-8000-0000000000ee'
const alike = '0197a3b4-0000-7000-8000-0000000000e1'

type Body = Answer['body']

let api: TestApi
let events: SeededEvent[]
beforeAll(async () => {
  api = await startTestApi({ now })
  const registered = (id: string, type: string) => ({
    body: {
      type: 'pattern.registered',
      pattern_id: id,
      pattern_name: 'Silent',
      pattern_type: type,
      occurred_at: new Date(now - day).toISOString(),
    },
  })
  const same = Array.from({ length: 10 }, (_, i) => ({
    body: {
      type: 'pattern.used',
      pattern_id: alike,
      occurred_at: new Date(now - i * day).toISOString(),
      outcome: 'success',
      quality_score: 0.5,
    },
  }))
  events = await api.seed([
    ...drawMessages(800, now - 60 * day, now, 11),
    registered(silent, 'lonely'),
    ...same,
  ])
})
afterAll(() => api?.stop())

const post = async (
  body: unknown,
  headers: Record<string, string> = { 'content-type': 'application/json' },
) => {
  const response = await fetch(`${api.url}/api/pattern-analytics/compare`, {
    method: 'POST',
    headers,
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  const text = await response.text()
  expect(text).not.toMatch(/NaN|Infinity/)
  return { status: response.status, headers: response.headers, body: JSON.parse(text) }
}
const of = (body: Body, metric: string) =>
  body.comparisons.find(({ metric_name }: { metric_name: string }) => metric_name === metric)

describe('a comparison', () => {
  it('equals a recount from the events, over any range', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.constantFrom(a, b, c, d, alike), { minLength: 2, maxLength: 5 }),
        fc.constantFrom('1h', '7d', '30d', '90d', 'P45D'),
        async (ids, range) => {
          const { status, body } = await post({ pattern_ids: ids, time_range: range })
          expect(status).toBe(200)
          expect(body.as_of).toEqual(vectorOf(events))
          expect(body.patterns.map(({ pattern_id }: { pattern_id: string }) => pattern_id)).toEqual(ids)
          for (const comparison of body.comparisons) {
            const metric = comparison.metric_name
            const found = ids.map((id) => metricOf(inRange(ofPattern(events, id), body), metric))
            for (const [i, id] of ids.entries()) {
              if (found[i]!.value === null) expect(comparison.values[id]).toBeNull()
              else expect(comparison.values[id]).toBeCloseTo(found[i]!.value, 9)
              expect(comparison.sample_sizes[id]).toBe(found[i]!.sampleSize)
            }
            const present = found.flatMap(({ value }) => value ?? [])
            if (present.length > 0) expect(comparison.statistics.mean).toBeCloseTo(mean(present)!, 9)
            else expect(comparison.statistics.mean).toBeNull()
            if (present.length > 1) expect(comparison.statistics.std_dev).toBeCloseTo(stddev(present)!, 9)
            else expect(comparison.statistics.std_dev).toBeNull()
            const better = (id: string) =>
              ids.filter((other) => {
                const [mine, theirs] = [comparison.values[id], comparison.values[other]]
                return theirs !== null && (metric === 'duration' ? theirs < mine : theirs > mine)
              }).length
            for (const { pattern_id, rank } of body.rankings[metric])
              expect(rank).toBe(better(pattern_id) + 1)
            expect(body.rankings[metric]).toHaveLength(present.length)
            expect(comparison.differences).toHaveLength(
              metric === 'usage' ? 0 : (ids.length * (ids.length - 1)) / 2,
            )
          }
        },
      ),
      { numRuns: 30 },
    )
  })

  it('tests pairs by the named methods', async () => {
    const { body } = await post({ pattern_ids: [a, b], time_range: '90d' })
    const [first, second] = [a, b].map((id) => inRange(ofPattern(events, id), body)) as [
      SeededEvent[],
      SeededEvent[],
    ]

    const rate = of(body, 'success_rate').differences[0]
    const [n1, n2, p1, p2] = [countUses(first), countUses(second), successRate(first)!, successRate(second)!]
    const pooled = (n1 * p1 + n2 * p2) / (n1 + n2)
    const chi = (((n1 + n2 - 1) / (n1 + n2)) * (p1 - p2) ** 2) / (pooled * (1 - pooled) * (1 / n1 + 1 / n2))
    expect(rate).toMatchObject({ first: a, second: b, status: 'tested', method: 'n_minus_1_chi_squared' })
    expect(rate.difference).toBeCloseTo(p1 - p2, 12)
    // A normal z whose two-sided p is told, so its square is the chi-squared of the textbook.
    const z = Math.sqrt(chi)
    let tail = 0
    for (let x = z + 0.0005; x < 12; x += 0.001)
      tail += (0.001 * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI)
    expect(rate.p_value).toBeCloseTo(2 * tail, 5)

    const quality = of(body, 'quality').differences[0]
    expect(quality.method).toBe('welch')
    expect(quality.difference).toBeCloseTo(mean(scores(first))! - mean(scores(second))!, 9)
    expect(quality.interval.lower).toBeLessThan(quality.difference)

    const duration = of(body, 'duration').differences[0]
    const [long, short] = [durations(first), durations(second)]
    const wins = long.reduce(
      (sum, x) => sum + short.reduce((s, y) => s + (x > y ? 1 : x === y ? 0.5 : 0), 0),
      0,
    )
    expect(duration.method).toBe('mann_whitney')
    // By bins of 10 %: near, not equal.
    expect(duration.superiority).toBeCloseTo(wins / long.length / short.length, 1)
    for (const { adjusted_p_value, differs } of [rate, quality, duration])
      expect(differs).toBe(adjusted_p_value < 0.05)
  })

  it('says which pairs cannot be tested, and why', async () => {
    const { status, body } = await post({ pattern_ids: [alike, silent, a] })
    expect(status).toBe(200)
    expect(of(body, 'quality').values[silent]).toBeNull()
    expect(of(body, 'usage').values[silent]).toBe(0)
    expect(of(body, 'quality').differences[0]).toEqual({
      first: alike,
      second: silent,
      status: 'untested',
      reason: 'too_few_observations',
    })
    expect(body.rankings.quality).toHaveLength(2)
  })

  it('is of the metrics that are asked for, in their order', async () => {
    const { body } = await post({ pattern_ids: [a, b], metrics: ['duration', 'usage'] })
    expect(body.comparisons.map(({ metric_name }: Body) => metric_name)).toEqual(['duration', 'usage'])
    expect(Object.keys(body.rankings)).toEqual(['duration', 'usage'])
  })

  it('takes no If-None-Match: a POST is answered', async () => {
    const first = await post({ pattern_ids: [a, b] })
    const again = await post(
      { pattern_ids: [a, b] },
      { 'content-type': 'application/json', 'if-none-match': first.headers.get('etag')! },
    )
    expect(again.status).toBe(200)
    expect(again.body).toEqual(first.body)
  })
})

describe('a request to compare is refused', () => {
  it.each([
    ['one id', { pattern_ids: [a] }, 400, 'pattern_ids'],
    ['no id', { pattern_ids: [] }, 400, 'pattern_ids'],
    [
      'eleven ids',
      { pattern_ids: Array.from({ length: 11 }, (_, i) => `0197a3b4-0000-7000-8000-0000000000${10 + i}`) },
      400,
      'pattern_ids',
    ],
    ['an id twice', { pattern_ids: [a, b, a] }, 400, 'pattern_ids.2'],
    ['an id twice, in another case', { pattern_ids: [d, d.toUpperCase()] }, 400, 'pattern_ids.1'],
    ['no UUID', { pattern_ids: [a, 'x'] }, 400, 'pattern_ids.1'],
    ['an id nobody has seen', { pattern_ids: [a, unknown] }, 404, 'pattern_ids.1'],
    ['an unknown metric', { pattern_ids: [a, b], metrics: ['speed'] }, 400, 'metrics.0'],
    ['a metric twice', { pattern_ids: [a, b], metrics: ['usage', 'usage'] }, 400, 'metrics.1'],
    ['no metric', { pattern_ids: [a, b], metrics: [] }, 400, 'metrics'],
    ['time_range=abc', { pattern_ids: [a, b], time_range: 'abc' }, 400, 'time_range'],
    ['a range that is too long', { pattern_ids: [a, b], time_range: 'P6Y' }, 422, 'time_range'],
    ['an empty range', { pattern_ids: [a, b], time_range: 'PT0S' }, undefined, 'time_range'],
    ['an unknown field', { pattern_ids: [a, b], colour: 'red' }, 400, 'colour'],
    ['ids that are no list', { pattern_ids: a }, 400, 'pattern_ids'],
    ['a list', [a, b], 400, 'body'],
    ['null', 'null', 400, 'body'],
  ])('for %s', async (_, body, status, path) => {
    const answer = await post(body)
    if (status === undefined) return expect([200, 422]).toContain(answer.status)
    expect(answer.status).toBe(status)
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect(answer.body.errors.map((error: { path: string }) => error.path)).toContain(path)
  })

  it('naming every id that is unknown', async () => {
    const { body } = await post({ pattern_ids: [unknown, a, silent.replace('ee', 'ef')] })
    expect(body.code).toBe('PATTERN_NOT_FOUND')
    expect(body.errors.map(({ path }: { path: string }) => path)).toEqual(['pattern_ids.0', 'pattern_ids.2'])
    expect(body.detail).toContain(unknown)
  })

  it.each(['{"pattern_ids": [', '', '{} {}', '\u0000', "{'a': 1}"])(
    'for a body that is not JSON: %j',
    async (body) => {
      const answer = await post(body)
      expect(answer.status).toBe(400)
      expect(answer.body.code).toBe('INVALID_INPUT')
    },
  )

  it.each([
    { 'content-type': 'text/plain' },
    { 'content-type': 'multipart/form-data' },
    { 'content-type': '' },
  ])('for another content type: %j', async (headers) => {
    const answer = await post({ pattern_ids: [a, b] }, headers)
    expect(answer.status).toBe(415)
    expect(answer.body.detail).toContain('application/json')
  })

  it('for a body over 64 KiB, with a length or without', async () => {
    const large = JSON.stringify({ pattern_ids: [a, b], x: 'x'.repeat(65_536) })
    expect((await post(large)).status).toBe(413)
    const response = await fetch(`${api.url}/api/pattern-analytics/compare`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: new Blob([large]).stream(),
      duplex: 'half',
    })
    expect(response.status).toBe(413)
  })

  it('for another method', async () => {
    const answer = await api.ask('/compare')
    expect(answer.status).toBe(405)
    expect(answer.headers.get('allow')).toContain('POST')
  })

  it('whatever JSON comes, with a problem', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.jsonValue(),
          fc.record(
            {
              pattern_ids: fc.oneof(
                fc.jsonValue(),
                fc.array(fc.constantFrom(a, b, unknown, '', 'x'), { maxLength: 12 }),
              ),
              metrics: fc.oneof(fc.jsonValue(), fc.array(fc.constantFrom('usage', 'quality', 'x'))),
              time_range: fc.oneof(fc.jsonValue(), fc.constantFrom('7d', 'P1D', 'abc', 'P9999Y', '')),
            },
            { requiredKeys: [] },
          ),
        ),
        async (body) => {
          const { status } = await post(JSON.stringify(body))
          expect([200, 400, 404, 422]).toContain(status)
        },
      ),
      { numRuns: 300 },
    )
  })
})
