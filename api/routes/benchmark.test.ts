import type { SeededEvent } from '@patterns/testing/seedProjections.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectBenchmark } from '../testing/expectBenchmark.ts'
import { ofPattern } from '../testing/recount.ts'
import { recountLine, recountMannKendall, recountSeries } from '../testing/recountTrends.ts'
import { type Answer, startTestApi, type TestApi } from '../testing/startTestApi.ts'
import { trendingIds, trendingMessages } from '../testing/trendingMessages.ts'

const now = Date.UTC(2026, 3, 8, 10, 30)
const untyped = '0197a3b4-0000-7000-8000-0000000000d1'
const unknown = '0197a3b4-0000-7000-8000-0000000000d2'
/** All but the two of another type. */
const resilience = Object.entries(trendingIds)
  .filter(([name]) => name !== 'split' && name !== 'fresh')
  .map(([, id]) => id)

type Body = Answer['body']

let api: TestApi
let events: SeededEvent[]
beforeAll(async () => {
  api = await startTestApi({ now })
  const nameless = {
    body: {
      type: 'pattern.used',
      pattern_id: untyped,
      occurred_at: new Date(now).toISOString(),
      outcome: 'error',
    },
  }
  events = await api.seed([...trendingMessages(now), nameless])
})
afterAll(() => api?.stop())

const ask = async (path: string) => {
  const answer = await api.ask(path)
  expect(answer.status, answer.text).toBe(200)
  expect(answer.text).not.toMatch(/NaN|Infinity/)
  return answer.body
}

const expectRecounted = (body: Body, id: string, category: readonly string[]): void =>
  expectBenchmark(events, body, id, category)

describe('a benchmark', () => {
  it.each(
    Object.entries(trendingIds).flatMap(([name, id]) =>
      ['7d', '30d', '90d'].map((range) => [name, range, id] as const),
    ),
  )('of %s over %s equals a recount from the events', async (name, range, id) => {
    const body = await ask(`/patterns/${id}/benchmark?time_range=${range}`)
    const own = name === 'split' || name === 'fresh' ? [trendingIds.split, trendingIds.fresh] : resilience
    expect(body.category_patterns).toBe(own.length)
    expectRecounted(body, id, own)
    const against = await ask(`/patterns/${id}/benchmark?time_range=${range}&category=resilience`)
    expect(against.category).toBe('resilience')
    expectRecounted(against, id, resilience)
  })

  it('is suppressed if the category has fewer than five patterns', async () => {
    const { benchmarks } = await ask(`/patterns/${trendingIds.split}/benchmark`)
    expect(benchmarks.map(({ status }: { status: string }) => status)).toEqual(Array(4).fill('suppressed'))
  })

  it.each([
    [`/patterns/${trendingIds.steady}/benchmark?category=none`, 422, 'category'],
    [`/patterns/${trendingIds.steady}/benchmark?category=No!`, 400, 'category'],
    [`/patterns/${trendingIds.steady}/benchmark?time_range=abc`, 400, 'time_range'],
    [`/patterns/${untyped}/benchmark`, 422, 'category'],
    ['/patterns/x/benchmark', 400, 'pattern_id'],
  ])('%s is refused', async (path, status, field) => {
    const answer = await api.ask(path)
    expect(answer.status).toBe(status)
    expect(answer.body.errors[0].path).toBe(field)
  })

  it('of a pattern that was never seen is a 404', async () => {
    expect((await api.ask(`/patterns/${unknown}/benchmark`)).body.code).toBe('PATTERN_NOT_FOUND')
  })

  it('of a pattern without a type is against the one that is named', async () => {
    expectRecounted(await ask(`/patterns/${untyped}/benchmark?category=resilience`), untyped, resilience)
  })
})

describe('the page of a pattern', () => {
  it.each(['7d', '30d', '90d', '1h'])('has its trends and its benchmark over %s', async (range) => {
    for (const id of Object.values(trendingIds)) {
      const body = await ask(`/patterns/${id}?time_range=${range}`)
      expect(body.benchmark).toEqual(
        await ask(`/patterns/${id}/benchmark?time_range=${range}`).then(
          ({ as_of, category, category_patterns, benchmarks }) => ({
            as_of,
            category,
            category_patterns,
            benchmarks,
          }),
        ),
      )
      const { trends } = body
      expect(trends.metrics.map(({ metric_type }: { metric_type: string }) => metric_type)).toEqual([
        'usage',
        'success_rate',
        'quality',
        'duration',
      ])
      const days = (Date.parse(trends.to) - Date.parse(trends.from)) / 86_400_000
      expect(days).toBeGreaterThanOrEqual(30)
      for (const trend of trends.metrics) {
        const points = recountSeries(ofPattern(events, id), trend.metric_type, trends.granularity, trends)
        expect(trend.points).toBe(points.length)
        if (points.length < 5) {
          expect(trend.status).toBe('insufficient_data')
          continue
        }
        expect(trend.slope).toBeCloseTo(recountLine(points).slope, 7)
        expect(trend.trend_confidence).toBeCloseTo(1 - recountMannKendall(points), 7)
        expect(Date.parse(trend.prediction.for)).toBe(Date.parse(trends.to))
        expect(trend.velocity.unit).toMatch(/^(uses|ratio|ms)\/day$/)
      }
    }
  })

  it('has no benchmark if it has no type', async () => {
    expect((await ask(`/patterns/${untyped}`)).benchmark).toBeNull()
  })
})

describe('the quality of patterns', () => {
  it.each(['', '&time_zone=Europe/Berlin', `&pattern_id=${trendingIds.improving}`])(
    'has a trend each, of closed days of UTC (%s)',
    async (query) => {
      const { patterns, trend_range: range } = await ask(`/quality-metrics?granularity=day${query}`)
      expect(patterns.length).toBeGreaterThan(0)
      const days = await ask(`/quality-metrics?granularity=day&from=${range.from}&to=${range.to}`)
      const byId = new Map(days.patterns.map((pattern: Body) => [pattern.pattern_id, pattern]))
      for (const { pattern_id, trend } of patterns) {
        const { measurements } = byId.get(pattern_id) as Body
        expect(trend.points).toBe(measurements.length)
        if (measurements.length < 5) {
          expect(trend).toEqual({ status: 'insufficient_data', points: trend.points, min_points: 5 })
          continue
        }
        const first = Date.parse(measurements[0].timestamp)
        const line = recountLine(
          measurements.map(({ timestamp, quality_score }: { timestamp: string; quality_score: number }) => ({
            x: Math.round((Date.parse(timestamp) - first) / 86_400_000),
            y: quality_score,
          })),
        )
        expect(trend.slope).toBeCloseTo(line.slope, 9)
        expect(trend.velocity.per_day).toBeCloseTo(line.slope, 9)
      }
    },
  )

  it('is the same trend as /trends tells', async () => {
    const id = trendingIds.improving
    const { patterns } = await ask(`/quality-metrics?time_range=30d&pattern_id=${id}`)
    const { trends } = await ask(
      `/trends?trend_type=quality&from=2026-03-09T00:00:00Z&to=2026-04-08T00:00:00Z&pattern_id=${id}`,
    )
    expect(patterns[0].trend).toMatchObject({ direction: 'increasing', slope: trends[0].slope })
  })
})
