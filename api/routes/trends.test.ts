import type { SeededEvent } from '@patterns/testing/seedProjections.ts'
import { seedTrends } from '@patterns/testing/seedTrends.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Metric, metrics } from '@patterns/projections/analytics/metric.ts'
import { expectTrends } from '../testing/expectTrends.ts'
import { afterLast, ofPattern } from '../testing/recount.ts'
import { recountLine, recountSen, recountSeries } from '../testing/recountTrends.ts'
import { type Answer, startTestApi, type TestApi } from '../testing/startTestApi.ts'
import { trendingIds, trendingMessages } from '../testing/trendingMessages.ts'

const now = Date.UTC(2026, 3, 8, 10, 30)

type Body = Answer['body']

let api: TestApi
let events: SeededEvent[]

beforeAll(async () => {
  api = await startTestApi({ now })
  events = await api.seed(trendingMessages(now))
})
afterAll(() => api?.stop())

const ask = async (path: string) => {
  const answer = await api.ask(path)
  expect(answer.status, answer.text).toBe(200)
  return answer.body
}

const expectRecounted = (body: Body, type: Metric, of: readonly string[]): void =>
  expectTrends(events, body, type, of)

const all = Object.values(trendingIds)
const crud = [trendingIds.split, trendingIds.fresh]
const listed = [
  '',
  '&time_range=90d',
  '&time_range=24h',
  '&granularity=week&time_range=P12W',
  '&time_range=P45D',
  '&time_range=30d&granularity=week',
  '&from=2026-02-01T05:00:00Z&to=2026-03-01T00:00:00Z&granularity=day',
]

describe('the trends of a metric', () => {
  it.each(
    listed.flatMap((query) => ['usage', 'quality', 'success_rate', 'duration'].map((type) => [type, query])),
  )('of %s equal a recount from the events (%s)', async (type, query) => {
    const body = await ask(`/trends?trend_type=${type}${query}`)
    expectRecounted(body, type as Metric, all)
    expect(body.trends).toHaveLength(body.total_count)
  })

  it('name the patterns that were made to go somewhere, and no other', async () => {
    const moving = async (type: string) => {
      const { trends } = await ask(`/trends?trend_type=${type}&time_range=90d`)
      return trends
        .filter(({ direction }: { direction: string }) => direction !== 'stable')
        .map(({ pattern_name, direction }: { pattern_name: string; direction: string }) => [
          pattern_name,
          direction,
        ])
        .toSorted()
    }
    expect(await moving('usage')).toEqual([
      ['fading', 'decreasing'],
      ['growing', 'increasing'],
      ['split', 'increasing'],
    ])
    expect(await moving('quality')).toEqual([['improving', 'increasing']])
    expect(await moving('duration')).toEqual([['slowing', 'increasing']])
    expect(await moving('success_rate')).toEqual([])
  })

  it('are judged within a type if one is asked for', async () => {
    const body = await ask('/trends?pattern_type=crud&time_range=30d')
    expectRecounted(body, 'usage', crud)
    expect(body.insufficient_data_count).toBe(1)
  })

  it('can be asked for by direction', async () => {
    const body = await ask('/trends?direction=decreasing&time_range=90d')
    expect(body.trends.map(({ pattern_name }: { pattern_name: string }) => pattern_name)).toEqual(['fading'])
    expect(body.total_count).toBe(1)
  })

  it('come in pages that together are the list', async () => {
    const whole = (await ask('/trends?time_range=90d')).trends
    const paged = []
    let cursor: string | null = null
    do {
      const page: Body = await ask(
        `/trends?time_range=90d&limit=2${cursor === null ? '' : `&cursor=${cursor}`}`,
      )
      paged.push(...page.trends)
      cursor = page.next_cursor
    } while (cursor !== null)
    expect(paged).toEqual(whole)
    const keys = whole.map((trend: Body) => [trend.direction === 'stable' ? 1 : 0, trend.p_value])
    expect(keys).toEqual(keys.toSorted((a: number[], b: number[]) => a[0]! - b[0]! || a[1]! - b[1]!))
  })

  it('of one pattern are those of the list, but for the verdict of the list', async () => {
    const list = (await ask('/trends?time_range=90d')).trends
    for (const inList of list) {
      const body = await ask(`/trends?time_range=90d&pattern_id=${inList.pattern_id}`)
      const { direction: _1, adjusted_p_value: _2, ...alone } = body.trends[0]
      expect(inList).toMatchObject(alone)
      expect(body.trends[0].adjusted_p_value).toBeNull()
    }
  })

  describe('of one pattern are those on its own page', () => {
    const ofPage = async (id: string, range: string) => {
      const { trends } = await ask(`/patterns/${id}?${range}`)
      return {
        windows: [trends.from, trends.to, trends.granularity],
        slopes: trends.metrics.map((metric: Body) => metric.slope),
      }
    }
    const ofTrends = async (id: string, range: string) => {
      const bodies = await Promise.all(
        metrics.map((metric) => ask(`/trends?trend_type=${metric}&pattern_id=${id}&${range}`)),
      )
      const { from, to, granularity } = bodies[0]
      return { windows: [from, to, granularity], slopes: bodies.map(({ trends }) => trends[0].slope) }
    }

    it.each([
      'time_range=30d',
      'time_range=90d',
      'time_range=P200D',
      'from=2026-02-10T05:00:00Z&to=2026-03-20T00:00:00Z',
      'from=2026-02-10T05:00:00Z',
    ])('of windows and slope (%s)', async (range) => {
      expect(await ofPage(trendingIds.steady, range)).toEqual(await ofTrends(trendingIds.steady, range))
    })

    it('over as many days as are named, at the first minute of a day too', async () => {
      try {
        api.now = Date.UTC(2026, 3, 8, 0, 1)
        const page = await ofPage(trendingIds.steady, 'time_range=30d')
        expect(page).toEqual(await ofTrends(trendingIds.steady, 'time_range=30d'))
        expect(page.windows).toEqual(['2026-03-08T00:00:00.000Z', '2026-04-07T00:00:00.000Z', 'day'])
      } finally {
        api.now = now
      }
    })

    it.each([
      ['time_range=7d', '2026-03-09T00:00:00.000Z', '2026-04-08T00:00:00.000Z'],
      [
        'from=2026-03-18T05:00:00Z&to=2026-03-20T07:00:00Z',
        '2026-02-19T00:00:00.000Z',
        '2026-03-21T00:00:00.000Z',
      ],
    ])('over 30 days where the range is shorter (%s)', async (range, from, to) => {
      const page = await ofPage(trendingIds.steady, range)
      expect(page.windows).toEqual([from, to, 'day'])
      expect(page).toEqual(await ofTrends(trendingIds.steady, `from=${from}&to=${to}`))
    })
  })

  it('hold a pattern that never works, with scores of 0 and times of 0', async () => {
    for (const type of ['success_rate', 'quality', 'duration']) {
      const { trends } = await ask(`/trends?trend_type=${type}`)
      const failing = trends.find(({ pattern_id }: Body) => pattern_id === trendingIds.failing)
      expect(failing).toMatchObject({ mean: 0, direction: 'stable', r_squared: null })
    }
  })

  it.each(['registered', 'assessed', 'forgotten'] as const)(
    'of usage know nothing of a pattern that was not used, in the list or alone (%s)',
    async (name) => {
      const list = await ask('/trends?trend_type=usage')
      expect(list.trends.map(({ pattern_id }: Body) => pattern_id)).not.toContain(trendingIds[name])
      // Too little is known of one alone, the one of three days.
      expect(list.insufficient_data_count).toBe(1)
      const { trends } = await ask(`/trends?trend_type=usage&pattern_id=${trendingIds[name]}`)
      expect(trends).toMatchObject([{ status: 'insufficient_data', points: 0 }])
    },
  )

  it('show the series if asked to', async () => {
    const { trends, from, to } = await ask(
      `/trends?time_range=90d&include=series&pattern_id=${trendingIds.growing}`,
    )
    const points = recountSeries(ofPattern(events, trendingIds.growing), 'usage', 'day', { from, to })
    expect(trends[0].series.map(({ value }: { value: number }) => value)).toEqual(points.map(({ y }) => y))
    const week = points.slice(-7).map(({ y }) => y)
    expect(trends[0].moving_average).toBeCloseTo(week.reduce((a, b) => a + b) / 7, 9)
  })

  it('leave the open window out, unless asked for', async () => {
    const closed = await ask('/trends?time_range=30d')
    expect(closed.to).toBe('2026-04-08T00:00:00.000Z')
    const open = await ask('/trends?time_range=30d&include_open=true')
    expect(open.to).toBe('2026-04-08T11:00:00.000Z')
    expectRecounted(open, 'usage', all)
  })

  it.each(['time_range=1h', `time_range=90d&trend_type=quality&pattern_id=${trendingIds.assessed}`])(
    'are not claimed of too few points (%s)',
    async (query) => {
      const id = query.includes('pattern_id') ? '' : `&pattern_id=${trendingIds.steady}`
      const { trends } = await ask(`/trends?${query}${id}`)
      expect(trends).toHaveLength(1)
      expect(trends[0]).toMatchObject({ status: 'insufficient_data', min_points: 5 })
      expect(trends[0]).not.toHaveProperty('slope')
    },
  )

  it('of a pattern without data in the range say so', async () => {
    const { trends } = await ask(`/trends?trend_type=quality&pattern_id=${trendingIds.forgotten}`)
    expect(trends[0]).toMatchObject({ status: 'insufficient_data', points: 0 })
  })
})

describe('lines that the processor stores', () => {
  const hour = 3_600_000
  const ranges = ['time_range=24h', 'time_range=30d', 'time_range=90d', 'time_range=P12W&granularity=week']
  const queries = metrics.flatMap((type) =>
    ranges.map((range) => ({ type, query: `/trends?trend_type=${type}&${range}` })),
  )
  /** A slope that no pattern has: an answer with it is from the stored lines. */
  const falsify = () =>
    api.owner.query('update pattern_trends_v1 set slope = 4711 where pattern_id = $1', [trendingIds.growing])
  const ofGrowing = ({ trends }: Body) =>
    trends.find(({ pattern_id }: Body) => pattern_id === trendingIds.growing)
  const ofOthers = ({ trends, ...rest }: Body) => ({
    ...rest,
    trends: trends.filter(({ pattern_id }: Body) => pattern_id !== trendingIds.growing),
  })
  const setWatermark = (value: string) =>
    api.owner.query(
      `update projection_checkpoints set watermark = ${value} where projection = 'pattern_trends'`,
    )
  const storeAll = async (at: number): Promise<void> => {
    await setWatermark('null')
    await seedTrends(api.owner, at)
  }
  /** As an API answers that has nothing in memory. */
  const askFresh = async (paths: readonly string[], at = now): Promise<Body[]> => {
    const reader = await startTestApi({ now: at, database: api.database })
    try {
      const answers = await Promise.all(paths.map((path) => reader.ask(path)))
      for (const { status, text } of answers) expect(status, text).toBe(200)
      return answers.map(({ body }) => body)
    } finally {
      await reader.stop()
    }
  }
  const all16 = queries.map(({ query }) => query)

  it('give the same answers as the windows do, and are served as they are stored', async () => {
    const computed = await askFresh(all16)
    await storeAll(now)
    await falsify()
    for (const [i, body] of (await askFresh(all16)).entries()) {
      expect(ofGrowing(body).slope).toBe(4711)
      expect(ofOthers(body)).toEqual(ofOthers(computed[i]))
    }
  })

  it('are those of before while a late event is not in them, as `as_of` says, and `after` waits for it', async () => {
    await storeAll(now)
    const before = await askFresh(all16)
    const late = await api.seed([
      {
        recordedAt: now,
        body: {
          type: 'pattern.used',
          pattern_id: trendingIds.steady,
          occurred_at: new Date(now - 5 * hour).toISOString(),
          outcome: 'success',
          quality_score: 1,
          execution_time_ms: 40_000,
        },
      },
    ])
    events = [...events, ...late]
    const meanwhile = await askFresh(all16)
    const figures = ({ slope, mean, p_value, adjusted_p_value }: Body) => [
      slope,
      mean,
      p_value,
      adjusted_p_value,
    ]
    for (const [i, body] of meanwhile.entries()) {
      expect(body.as_of).toEqual(before[i].as_of)
      expect(body.trends.map(figures)).toEqual(before[i].trends.map(figures))
    }
    const [bodies] = await Promise.all([
      Promise.all(all16.map((query) => ask(`${query}&after=${afterLast(late)}`))),
      seedTrends(api.owner, now),
    ])
    for (const [i, body] of bodies.entries()) expectRecounted(body, queries[i]!.type, all)
  })

  it('may be those of the next hour already, each of its own windows', async () => {
    await storeAll(now + hour)
    await setWatermark(`watermark - interval '1 hour'`)
    // Some moments after an hour's end all are being carried on.
    const paths = metrics.map((type) => `/trends?trend_type=${type}&time_range=24h`)
    const bodies = await askFresh(paths, Math.ceil(now / hour) * hour + 60_000)
    for (const [i, body] of bodies.entries()) {
      expect([body.from, body.to]).toEqual(['2026-04-07T09:00:00.000Z', '2026-04-08T09:00:00.000Z'])
      const next = { from: '2026-04-07T10:00:00.000Z', to: '2026-04-08T10:00:00.000Z' }
      expect(body.trends.length).toBeGreaterThan(2)
      for (const { pattern_id: id, slope, robust_slope } of body.trends) {
        // What lies in several shards is computed now.
        const times = id === trendingIds.split ? body : next
        const points = recountSeries(ofPattern(events, id), metrics[i]!, 'hour', times)
        expect(slope).toBeCloseTo(recountLine(points).slope, 7)
        expect(robust_slope.slope).toBeCloseTo(recountSen(points), 9)
      }
    }
  })

  it('are not asked if a shard is behind for longer than it takes to carry them on', async () => {
    await storeAll(now)
    await falsify()
    await setWatermark(`watermark - interval '2 hours' * shard`)
    const [ofHours, ofDays] = await askFresh(['/trends?time_range=24h', '/trends?time_range=30d'])
    expectRecounted(ofHours, 'usage', all)
    // Days have not changed since.
    expect(ofGrowing(ofDays).slope).toBe(4711)
  })
})
