import { seedTrends } from '@patterns/testing/seedTrends.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Answer, startTestApi, type TestApi } from '../testing/startTestApi.ts'
import { trendingIds, trendingMessages } from '../testing/trendingMessages.ts'

const now = Date.UTC(2026, 3, 8, 10, 30)

type Body = Answer['body']

let api: TestApi

beforeAll(async () => {
  api = await startTestApi({ now })
  await api.seed(trendingMessages(now))
})
afterAll(() => api?.stop())

const ask = async (path: string): Promise<Body> => {
  const answer = await api.ask(path)
  expect(answer.status, answer.text).toBe(200)
  return answer.body
}

const ranges = [
  'time_range=7d',
  'time_range=30d',
  'time_range=90d',
  'time_range=P200D',
  'from=2026-02-10T05:00:00Z&to=2026-03-20T00:00:00Z',
]

const expectOneTrend = async (range: string): Promise<void> => {
  const list = await ask(`/quality-metrics?${range}`)
  expect(list.patterns.length).toBeGreaterThan(5)
  const inTrends = await ask(
    `/trends?trend_type=quality&from=${list.trend_range.from}&to=${list.trend_range.to}&granularity=${list.trend_range.granularity}`,
  )
  for (const { pattern_id: id, trend } of list.patterns) {
    const { trends } = await ask(`/patterns/${id}?${range}`)
    const {
      metric_type: _1,
      prediction: _2,
      ...ofPage
    } = trends.metrics.find(({ metric_type }: Body) => metric_type === 'quality')
    expect({ from: trends.from, to: trends.to, granularity: trends.granularity }).toEqual(list.trend_range)
    // A direction is judged among those of the list there is.
    expect({ ...trend, direction: undefined }).toEqual({ ...ofPage, direction: undefined })
    const alone = await ask(`/quality-metrics?pattern_id=${id}&${range}`)
    expect(alone.patterns[0].trend).toEqual(ofPage)
    const listed = inTrends.trends.find(({ pattern_id }: Body) => pattern_id === id)
    if (trend.status === 'measured') expect(trend.direction).toBe(listed.direction)
    else expect(listed).toBeUndefined()
  }
}

describe('the trend of a quality in a list', () => {
  it.each(ranges)(
    'is the one on the page of its pattern, from the windows or as stored (%s)',
    async (range) => {
      await expectOneTrend(range)
      await seedTrends(api.owner, now)
      await expectOneTrend(range)
    },
  )

  it.each(['time_range=90d', 'time_range=45d'])('does not depend on the page (%s)', async (range) => {
    const whole = (await ask(`/quality-metrics?${range}`)).patterns
    const paged: Body[] = []
    let cursor = ''
    do {
      const page = await ask(`/quality-metrics?limit=2${cursor === '' ? `&${range}` : `&cursor=${cursor}`}`)
      paged.push(...page.patterns)
      cursor = page.next_cursor ?? ''
      // Windows close between two pages.
      api.now += cursor === '' ? 0 : 6 * 3_600_000
    } while (cursor !== '')
    api.now = now
    const trendsOf = (patterns: Body[]) => patterns.map(({ pattern_id, trend }) => [pattern_id, trend])
    expect(trendsOf(paged)).toEqual(trendsOf(whole))
    const directions = whole.map(({ pattern_name, trend }: Body) => [pattern_name, trend.direction])
    expect(directions.filter(([, direction]: string[]) => direction === 'increasing')).toEqual([
      ['improving', 'increasing'],
    ])
  })

  it('is not claimed of a pattern with few scores', async () => {
    const { patterns } = await ask('/quality-metrics?time_range=30d')
    const assessed = patterns.find(({ pattern_id }: Body) => pattern_id === trendingIds.assessed)
    expect(assessed.trend).toEqual({ status: 'insufficient_data', points: 2, min_points: 5 })
  })

  it.each(['time_range=30d', 'time_range=45d'])('is judged among all that are listed (%s)', async (range) => {
    const pattern_type = range.replace('=', '_')
    const idOf = (i: number) => `0197a3b4-0000-7000-8000-0000000000${range === ranges[1] ? 'c' : 'd'}${i}`
    // Its p-value of 0.02 would be enough alone, and is not among six.
    const rising = [0.93, 0.91, 0.92, 0.94, 0.95, 0.97, 0.98, 0.96]
    const messages = Array.from({ length: 6 }, (_, i) =>
      rising.map((score, at) => ({
        body: {
          type: 'pattern.used',
          outcome: 'success',
          pattern_id: idOf(i),
          pattern_type,
          pattern_name: `assessed ${i}`,
          occurred_at: new Date(now - (10 - at) * 24 * 3_600_000).toISOString(),
          quality_score: i === 0 ? score : 0.5 + 0.1 * (at % 2),
        },
      })),
    )
    await api.seed(messages.flat())
    await seedTrends(api.owner, now)
    const listed = async (query: string) => (await ask(`/quality-metrics?${query}&${range}`)).patterns[0]
    for (const limit of [1, 50]) {
      const { pattern_id, trend } = await listed(`pattern_type=${pattern_type}&limit=${limit}`)
      expect([pattern_id, trend.direction]).toEqual([idOf(0), 'stable'])
    }
    for (const alone of [`pattern_id=${idOf(0)}`, `pattern_type=${pattern_type}&min_quality=0.9`])
      expect((await listed(alone)).trend.direction).toBe('increasing')
  })
})
