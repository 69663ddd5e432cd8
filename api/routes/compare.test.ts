import type { SeededEvent } from '@patterns/testing/seedProjections.ts'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { drawMessages, patternIds } from '../testing/drawMessages.ts'
import { postComparison } from '../testing/postComparison.ts'
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

const post = (body: unknown, headers?: Record<string, string>) => postComparison(api, body, headers)
const of = (body: Body, metric: string) =>
  body.comparisons.find(({ metric_type }: { metric_type: string }) => metric_type === metric)

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
            const metric = comparison.metric_type
            const found = ids.map((id) => metricOf(inRange(ofPattern(events, id), body), metric))
            for (const [i, id] of ids.entries()) {
              if (found[i]!.value === null) expect(comparison.values[id]).toBeNull()
              else expect(comparison.values[id]).toBeCloseTo(found[i]!.value, 9)
              expect(comparison.sample_sizes[id]).toBe(found[i]!.sampleSize)
            }
            for (const id of metric === 'duration' ? ids : []) {
              const all = durations(inRange(ofPattern(events, id), body)).toSorted((x, y) => x - y)
              const median = all[Math.ceil(all.length / 2) - 1]
              if (median === undefined) expect(comparison.medians[id]).toBeNull()
              // Within 5 %, and 0 ms may be answered as 1.
              else
                expect(Math.abs(comparison.medians[id] - median)).toBeLessThanOrEqual(
                  Math.max(1, median * 0.05),
                )
            }
            const present = found.flatMap(({ value }) => value ?? [])
            if (present.length > 0) expect(comparison.statistics.mean).toBeCloseTo(mean(present)!, 9)
            else expect(comparison.statistics.mean).toBeNull()
            if (present.length > 1) expect(comparison.statistics.stddev).toBeCloseTo(stddev(present)!, 9)
            else expect(comparison.statistics.stddev).toBeNull()
            const ranked = metric === 'duration' ? comparison.medians : comparison.values
            const better = (id: string) =>
              ids.filter((other) => {
                const [mine, theirs] = [ranked[id], ranked[other]]
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
    // A normal z for the two-sided p of the answer: its square is the chi-squared of the textbook.
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

  it('does not contradict itself if one use took very long, or every score is the same', async () => {
    const [quick, slow] = ['0197a3b4-0000-7000-8000-0000000000f1', '0197a3b4-0000-7000-8000-0000000000f2']
    const uses = (id: string, quality_score: number, msOf: (i: number) => number) =>
      Array.from({ length: 100 }, (_, i) => ({
        body: {
          type: 'pattern.used',
          pattern_id: id,
          occurred_at: new Date(now - 2 * day - i * 1_000).toISOString(),
          outcome: 'success',
          quality_score,
          execution_time_ms: msOf(i),
        },
      }))
    const more = await api.seed([
      ...uses(quick, 0.9, (i) => (i === 0 ? 1_000_000 : 100)),
      ...uses(slow, 0.5, () => 200),
    ])
    events = [...events, ...more]
    const { body } = await post({ pattern_ids: [slow, quick] })
    const duration = of(body, 'duration')
    expect(duration.values).toEqual({ [slow]: 200, [quick]: 10_099 })
    expect(duration.medians).toEqual({ [slow]: 200, [quick]: expect.closeTo(100, -1) })
    expect(duration.differences[0]).toMatchObject({ first: slow, superiority: 0.99, differs: true })
    expect(body.rankings.duration[0]).toEqual({ pattern_id: quick, rank: 1 })
    const quality = of(body, 'quality')
    expect(quality.medians).toBeNull()
    expect(quality.differences[0]).toMatchObject({
      status: 'tested',
      method: 'fisher_irwin',
      difference: -0.4,
      interval: null,
      differs: true,
    })
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
    expect(body.comparisons.map(({ metric_type }: Body) => metric_type)).toEqual(['duration', 'usage'])
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
