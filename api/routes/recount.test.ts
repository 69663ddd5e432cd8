import type { SeededEvent } from '@patterns/testing/seedProjections.ts'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { drawMessages, patternIds, patternTypes } from '../testing/drawMessages.ts'
import {
  afterLast,
  bucketName,
  countOutcome,
  countUses,
  durations,
  type Granularity,
  inRange,
  mean,
  metricOf,
  ofPattern,
  ofType,
  scores,
  stddev,
  successRate,
  vectorOf,
} from '../testing/recount.ts'
import { startTestApi, type TestApi } from '../testing/startTestApi.ts'

const now = Date.UTC(2026, 3, 8, 10, 30)
const day = 86_400_000
const began = now - 60 * day

let api: TestApi
let events: SeededEvent[]

beforeAll(async () => {
  api = await startTestApi({ now })
  events = await api.seed(drawMessages(1_500, began, now, 1))
})
afterAll(() => api?.stop())

/** Ranges of all kinds that end by now, with the zones' changes of clock (8 and 29 March 2026) among them. */
const ranges = fc.oneof(
  fc
    .constantFrom('1h', '24h', '1d', '7d', '30d', 'P2W', 'PT36H', 'P1M')
    .map((range) => `time_range=${range}`),
  fc
    .tuple(fc.integer({ min: began - 3 * day, max: now - 1 }), fc.integer({ min: 1, max: 40 * day }))
    .map(([from, length]) => {
      const to = Math.min(from + length, now + 5 * day)
      return `from=${new Date(from).toISOString()}&to=${new Date(to).toISOString()}`
    }),
)
const zones = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Tokyo', 'America/Havana')
const granularities = fc.constantFrom<Granularity>('hour', 'day', 'week')

/** A granularity that may be too fine for the range says so; that is no counterexample. */
const askOrSkip = async (path: string) => {
  const answer = await api.ask(path)
  fc.pre(answer.status !== 422)
  expect(answer.status, answer.text).toBe(200)
  return answer.body
}

const close = (value: number | null, expected: number | null): void => {
  if (value === null || expected === null) expect(value).toBe(expected)
  else expect(value).toBeCloseTo(expected, 9)
}

interface UsagePeriod {
  readonly period_start: string
  readonly usage_count: number
}

/** Periods are whole hours, days or weeks that touch the range: each has all uses in it, and every use is in one. */
const expectPeriods = (
  periods: readonly UsagePeriod[],
  mine: readonly SeededEvent[],
  {
    granularity,
    zone,
    ...range
  }: { readonly granularity: Granularity; readonly zone: string; readonly from: string; readonly to: string },
): void => {
  const nameOf = ({ event }: SeededEvent) => bucketName(event.occurredAt, granularity, zone)
  const byBucket = Map.groupBy(mine, nameOf)
  const named = new Map(
    periods.map(({ period_start, usage_count }) => [
      bucketName(Date.parse(period_start), granularity, zone),
      usage_count,
    ]),
  )
  for (const [bucket, uses] of named) expect(uses).toBe(countUses(byBucket.get(bucket) ?? []))
  for (const event of inRange(mine, range)) expect([...named.keys()]).toContain(nameOf(event))
}

/** How many mean scores lie in each fifth of 0…1; 1 is in the last. */
const fifthsOf = (averages: readonly number[]): number[] =>
  [0, 1, 2, 3, 4].map(
    (fifth) => averages.filter((average) => Math.min(Math.floor(average * 5), 4) === fifth).length,
  )

const everyCase = { numRuns: 60, endOnFailure: true }

describe('answers equal a recount from the events', () => {
  it('for a series of one, of a type or of all, of any metric, range, granularity and zone', async () => {
    await fc.assert(
      fc.asyncProperty(
        ranges,
        granularities,
        zones,
        fc.constantFrom('usage', 'success_rate', 'quality', 'duration', 'errors'),
        fc.constantFrom(
          { parameter: '', mine: () => events },
          ...patternIds.map((id) => ({ parameter: `&pattern_id=${id}`, mine: () => ofPattern(events, id) })),
          ...patternTypes.map((type) => ({
            parameter: `&pattern_type=${type}`,
            mine: () => ofType(events, type),
          })),
        ),
        async (range, granularity, zone, metric, { parameter, mine }) => {
          const body = await askOrSkip(
            `/time-series?${range}&granularity=${granularity}&time_zone=${zone}&metric_type=${metric}${parameter}`,
          )
          const expected = inRange(mine(), body)
          const byBucket = Map.groupBy(expected, ({ event }) =>
            bucketName(event.occurredAt, granularity, zone),
          )
          const answered = new Map<string, { value: number; sample_size: number }>(
            body.data.map((point: { timestamp: string }) => [
              bucketName(Date.parse(point.timestamp), granularity, zone),
              point,
            ]),
          )
          for (const [bucket, inBucket] of byBucket) {
            const { value, sampleSize } = metricOf(inBucket, metric)
            close(answered.get(bucket)?.value ?? null, value)
            expect(answered.get(bucket)?.sample_size ?? 0).toBe(sampleSize)
          }
          for (const [bucket, point] of answered) {
            if (byBucket.has(bucket)) continue
            expect({ bucket, ...point }).toMatchObject({ value: 0, sample_size: 0 })
          }
          close(body.totals.value, metricOf(expected, metric).value)
          expect(body.as_of).toEqual(vectorOf(events))
          expect(body.data.map((point: { timestamp: string }) => point.timestamp)).toEqual(
            body.data.map((point: { timestamp: string }) => point.timestamp).toSorted(),
          )
        },
      ),
      everyCase,
    )
  })

  it('for the usage of every pattern, over time and against the period before', async () => {
    await fc.assert(
      fc.asyncProperty(
        ranges,
        granularities,
        zones,
        fc.constantFrom(
          '',
          ...patternTypes.map((type) => `&pattern_type=${type}`),
          `&pattern_id=${patternIds[0]}`,
        ),
        async (range, granularity, zone, filter) => {
          const body = await askOrSkip(
            `/usage-stats?${range}&granularity=${granularity}&time_zone=${zone}${filter}`,
          )
          const closed = body.growth ?? { from: body.from, to: body.from, previous_from: body.from }
          const before = { from: closed.previous_from, to: closed.from }
          expect(Date.parse(before.to) - Date.parse(before.from)).toBe(
            Date.parse(closed.to) - Date.parse(closed.from),
          )
          let total = 0
          for (const pattern of body.patterns) {
            const mine = ofPattern(events, pattern.pattern_id)
            const uses = countUses(inRange(mine, body))
            total += uses
            expect(pattern.usage_count).toBe(uses)
            const [later, earlier] = [countUses(inRange(mine, closed)), countUses(inRange(mine, before))]
            expect(pattern.closed_usage_count).toBe(later)
            expect(pattern.previous_usage_count).toBe(earlier)
            close(pattern.growth_rate, earlier === 0 ? null : (later - earlier) / earlier)
            expectPeriods(pattern.periods, mine, { granularity, zone, from: body.from, to: body.to })
            const lastUsed = Math.max(
              ...mine.filter(({ event }) => event.outcome !== undefined).map(({ event }) => event.occurredAt),
            )
            expect(pattern.last_used).toBe(new Date(lastUsed).toISOString())
          }
          expect(body.totals.usage_count).toBe(total)
          const all = filter.startsWith('&pattern_id')
            ? ofPattern(events, patternIds[0])
            : filter === ''
              ? events
              : ofType(events, filter.replace('&pattern_type=', ''))
          expectPeriods(body.totals.periods, all, { granularity, zone, from: body.from, to: body.to })
        },
      ),
      everyCase,
    )
  })

  it('for the quality of every pattern', async () => {
    await fc.assert(
      fc.asyncProperty(
        ranges,
        granularities,
        zones,
        fc.constantFrom('', `&pattern_id=${patternIds[1]}`),
        async (range, granularity, zone, filter) => {
          const body = await askOrSkip(
            `/quality-metrics?${range}&granularity=${granularity}&time_zone=${zone}${filter}`,
          )
          for (const pattern of body.patterns) {
            const mine = inRange(ofPattern(events, pattern.pattern_id), body)
            const all = scores(mine)
            close(pattern.quality_score, mean(all))
            close(pattern.stddev, stddev(all))
            close(pattern.minimum, Math.min(...all))
            close(pattern.maximum, Math.max(...all))
            expect(pattern.sample_size).toBe(all.length)
            // Measurements are of whole windows that touch the range.
            const scored = ofPattern(events, pattern.pattern_id).filter(
              ({ event }) => event.qualityMillionths !== undefined,
            )
            const nameOf = ({ event }: SeededEvent) => bucketName(event.occurredAt, granularity, zone)
            const byBucket = Map.groupBy(scored, nameOf)
            const measured = pattern.measurements.map(({ timestamp }: { timestamp: string }) =>
              bucketName(Date.parse(timestamp), granularity, zone),
            )
            for (const event of inRange(scored, body)) expect(measured).toContain(nameOf(event))
            for (const measurement of pattern.measurements) {
              const bucket = bucketName(Date.parse(measurement.timestamp), granularity, zone)
              close(measurement.quality_score, mean(scores(byBucket.get(bucket)!)))
              expect(measurement.sample_size).toBe(byBucket.get(bucket)!.length)
            }
          }
          if (filter === '') {
            const scored = patternIds.filter((id) => scores(inRange(ofPattern(events, id), body)).length > 0)
            expect(body.total_count).toBe(scored.length)
          }
        },
      ),
      everyCase,
    )
  })

  it('for success rates, the summary and a single pattern, while more events come in', async () => {
    let seed = 100
    await fc.assert(
      fc.asyncProperty(ranges, fc.boolean(), async (range, grow) => {
        if (grow) {
          const from = fc.sample(fc.integer({ min: began, max: now - 8_000_000 }), { numRuns: 1, seed })[0]!
          events = [...events, ...(await api.seed(drawMessages(5, from, now, seed++)))]
        }
        const after = `&after=${afterLast(events)}`
        const rates = await askOrSkip(`/success-rates?${range}&min_samples=0${after}`)
        expect(rates.as_of).toEqual(vectorOf(events))
        for (const pattern of rates.patterns) {
          const mine = inRange(ofPattern(events, pattern.pattern_id), rates)
          expect(pattern.usage_count).toBe(countUses(mine))
          close(pattern.success_rate, successRate(mine))
          for (const outcome of ['success', 'partial_success', 'failure', 'error'])
            expect(pattern.outcomes[outcome]).toBe(countOutcome(mine, outcome))
          close(pattern.quality_score, mean(scores(mine)))
        }
        close(rates.summary.overall_success_rate, successRate(inRange(events, rates)))

        const summary = await askOrSkip(`/dashboard-summary?${range}${after}`)
        const all = inRange(events, summary)
        expect(summary.total_patterns).toBe(patternIds.length)
        expect(summary.usage_count).toBe(countUses(all))
        close(summary.overall_success_rate, successRate(all))
        close(summary.overall_quality, mean(scores(all)))
        expect(summary.active_patterns).toBe(
          patternIds.filter((id) => countUses(ofPattern(all, id)) > 0).length,
        )
        const averages = patternIds.flatMap((id) => mean(scores(ofPattern(all, id))) ?? [])
        close(summary.average_quality, mean(averages))
        const counts = summary.quality_distribution.map(({ count }: { count: number }) => count)
        expect(counts).toEqual(fifthsOf(averages))

        const pattern = await askOrSkip(`/patterns/${patternIds[2]}?${range}${after}`)
        const mine = inRange(ofPattern(events, patternIds[2]), pattern)
        expect(pattern.usage.usage_count).toBe(countUses(mine))
        expect(pattern.duration.sample_size).toBe(durations(mine).length)
        close(pattern.duration.mean_ms, mean(durations(mine)))
        close(pattern.quality.quality_score, mean(scores(mine)))
      }),
      { ...everyCase, numRuns: 40 },
    )
  })
})
