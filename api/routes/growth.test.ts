import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Answer, startTestApi, type TestApi } from '../testing/startTestApi.ts'

const hour = 3_600_000
const now = Date.UTC(2026, 3, 8, 10, 1)

const steady = '0197a3b4-0000-7000-8000-0000000000d1'
const doubled = '0197a3b4-0000-7000-8000-0000000000d2'
const fresh = '0197a3b4-0000-7000-8000-0000000000d3'

const use = (id: string, at: number) => ({
  body: {
    type: 'pattern.used',
    pattern_id: id,
    pattern_type: id === fresh ? 'new' : 'old',
    occurred_at: new Date(at).toISOString(),
    outcome: 'success',
  },
})

let api: TestApi

beforeAll(async () => {
  api = await startTestApi({ now })
  const began = Date.UTC(2026, 3, 1)
  const minutes = (every: number) =>
    Array.from({ length: Math.floor((now - began) / every) + 1 }, (_, i) => began + i * every)
  await api.seed([
    // Every 20 minutes for a week, up to this minute.
    ...minutes(hour / 3).map((at) => use(steady, at)),
    // Once an hour, and since yesterday at nine twice.
    ...minutes(hour / 2)
      .filter((at) => at % hour === 0 || (at >= Date.UTC(2026, 3, 7, 9) && at < now))
      .map((at) => use(doubled, at)),
    // In the hour before this one, which has not closed.
    use(fresh, now - hour / 2),
  ])
})
afterAll(() => api?.stop())

type Body = Answer['body']

const ask = async (path: string): Promise<Body> => {
  const answer = await api.ask(path)
  expect(answer.status, answer.text).toBe(200)
  return answer.body
}
const listed = async (query: string): Promise<Map<string, Body>> => {
  const { patterns } = await ask(`/usage-stats?${query}`)
  return new Map(patterns.map((pattern: Body) => [pattern.pattern_id, pattern]))
}

describe('the growth of a steady pattern', () => {
  it.each(['1h', 'PT5H', '24h', 'P3D'])('is none, at the first minute of an hour: %s', async (range) => {
    expect((await listed(`time_range=${range}`)).get(steady)).toMatchObject({ growth_rate: 0 })
    const alone = await ask(`/usage-stats?time_range=${range}&pattern_id=${steady}`)
    expect([alone.patterns[0].growth_rate, alone.totals.growth_rate]).toEqual([0, 0])
    expect((await ask(`/patterns/${steady}?time_range=${range}`)).usage).toMatchObject({ growth_rate: 0 })
    const path = `/time-series?time_range=${range}&pattern_id=${steady}&compare=previous_period`
    expect((await ask(path)).previous_period).toMatchObject({ growth_rate: 0, change: 0 })
  })

  it('is none over hours that are asked for, of which the last ones run', async () => {
    const range = 'from=2026-04-08T04:00:00Z&to=2026-04-08T12:00:00Z'
    expect((await listed(range)).get(steady)).toMatchObject({ growth_rate: 0 })
  })
})

describe('growth can be checked by hand', () => {
  it('says which hours it compares, and how often each pattern was used in them', async () => {
    const body = await ask('/usage-stats?time_range=24h&pattern_type=old')
    expect(body.growth).toEqual({
      from: '2026-04-07T09:00:00.000Z',
      to: '2026-04-08T09:00:00.000Z',
      previous_from: '2026-04-06T09:00:00.000Z',
    })
    const byId = new Map<string, Body>(body.patterns.map((pattern: Body) => [pattern.pattern_id, pattern]))
    // From 10:00 yesterday to now: 24 hours of 3 and of 2, and one at 10:00 sharp.
    expect(byId.get(steady)).toMatchObject({
      usage_count: 73,
      closed_usage_count: 72,
      previous_usage_count: 72,
      growth_rate: 0,
    })
    const figures = { usage_count: 49, closed_usage_count: 48, previous_usage_count: 24, growth_rate: 1 }
    expect(byId.get(doubled)).toMatchObject(figures)
    expect(body.totals).toMatchObject({
      usage_count: 122,
      closed_usage_count: 120,
      previous_usage_count: 96,
      growth_rate: 0.25,
    })
    expect(body.popular_patterns[1]).toMatchObject({ pattern_id: doubled, ...figures })
    const pattern = await ask(`/patterns/${doubled}?time_range=24h`)
    expect(pattern.usage).toEqual(figures)
    expect(pattern.growth).toEqual(body.growth)
    const alone = await ask(`/usage-stats?time_range=24h&pattern_id=${doubled}`)
    expect(alone).toMatchObject({ growth: body.growth, patterns: [figures], totals: figures })
  })

  it('of a series, with the totals of both times', async () => {
    const path = `/time-series?pattern_id=${doubled}&time_range=24h&compare=previous_period`
    const { previous_period: previous, totals } = await ask(path)
    expect(totals.value).toBe(49)
    expect(previous).toEqual({
      from: '2026-04-06T09:00:00.000Z',
      to: '2026-04-07T09:00:00.000Z',
      totals: { value: 24, sample_size: 24 },
      compared: {
        from: '2026-04-07T09:00:00.000Z',
        to: '2026-04-08T09:00:00.000Z',
        totals: { value: 48, sample_size: 48 },
      },
      change: 24,
      growth_rate: 1,
    })
  })

  it('of the dashboard, where it is that of its recent trends', async () => {
    const body = await ask('/dashboard-summary?time_range=24h')
    expect(body.growth).toMatchObject({ from: '2026-04-07T09:00:00.000Z', to: '2026-04-08T09:00:00.000Z' })
    const trends = body.recent_trends.flatMap(({ patterns }: Body) => patterns)
    expect(trends.find((trend: Body) => trend.pattern_id === doubled)).toMatchObject({
      closed_usage_count: 48,
      previous_usage_count: 24,
      growth_rate: 1,
    })
  })

  it('is not that of `from` and `to` if a time_range leads to the same hours', async () => {
    // Both are answered from 10:00 yesterday on; the growth of the one is of 24 hours, of the other of 23.
    for (const path of ['/usage-stats?', '/dashboard-summary?', `/patterns/${doubled}?`]) {
      const sliding = await ask(`${path}time_range=24h`)
      const fixed = await ask(`${path}from=2026-04-07T10:00:00Z`)
      expect([fixed.from, fixed.to]).toEqual([sliding.from, sliding.to])
      expect(sliding.growth.from).toBe('2026-04-07T09:00:00.000Z')
      expect(fixed.growth).toEqual({
        from: '2026-04-07T10:00:00.000Z',
        to: '2026-04-08T09:00:00.000Z',
        previous_from: '2026-04-06T11:00:00.000Z',
      })
    }
  })
})

describe('if no hour of the range has closed', () => {
  const range = 'from=2026-04-08T09:00:00Z&to=2026-04-08T11:00:00Z'

  it('there is no growth, and the answer says so', async () => {
    const none = { closed_usage_count: 0, previous_usage_count: 0, growth_rate: null }
    const list = await ask(`/usage-stats?${range}`)
    expect(list.growth).toBeNull()
    expect(list.total_count).toBe(3)
    expect(list.totals).toMatchObject({ usage_count: 8, ...none })
    expect(await ask(`/usage-stats?${range}&pattern_id=${fresh}`)).toMatchObject({
      growth: null,
      patterns: [{ usage_count: 1, ...none }],
    })
    expect(await ask(`/patterns/${steady}?${range}`)).toMatchObject({
      growth: null,
      usage: { usage_count: 4, ...none },
    })
    expect(await ask(`/time-series?${range}&compare=previous_period`)).toMatchObject({
      previous_period: null,
    })
    expect(await ask(`/dashboard-summary?${range}`)).toMatchObject({ growth: null, recent_trends: [] })
  })
})

describe('pages', () => {
  it('are of the hours that the first one compared, when more have closed since', async () => {
    const path = '/usage-stats?time_range=24h&sort=growth_rate&limit=1'
    const first = await ask(path)
    try {
      api.now = now + hour
      const second = await ask(`${path}&cursor=${first.next_cursor}`)
      expect(second.growth).toEqual(first.growth)
      expect(
        [first, second].map(({ patterns }) => [patterns[0].pattern_id, patterns[0].growth_rate]),
      ).toEqual([
        [steady, 0],
        [doubled, 1],
      ])
      await api.refresh()
      await expect.poll(async () => (await ask(path)).growth.to).toBe('2026-04-08T10:00:00.000Z')
    } finally {
      api.now = now
      await api.refresh()
    }
  })

  it('refuse a cursor with hours that have not closed', async () => {
    const { next_cursor: cursor } = await ask('/usage-stats?limit=1')
    const [question, from, to, [place]] = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    const forged = [question, from, to, [place, [now - (now % hour) - hour, now - (now % hour)]]]
    const answer = await api.ask(
      `/usage-stats?limit=1&cursor=${Buffer.from(JSON.stringify(forged)).toString('base64url')}`,
    )
    expect(answer.status).toBe(422)
    expect(answer.body.errors[0].path).toBe('cursor')
  })
})

describe('a pattern used in hours only that have not closed', () => {
  it('is listed, without growth', async () => {
    expect((await listed('time_range=24h')).get(fresh)).toMatchObject({
      usage_count: 1,
      closed_usage_count: 0,
      previous_usage_count: 0,
      growth_rate: null,
    })
  })
})
