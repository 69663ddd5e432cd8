import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Answer, startTestApi, type TestApi } from '../testing/startTestApi.ts'

const hour = 3_600_000
const day = 24 * hour
/** A Wednesday. */
const now = Date.UTC(2026, 3, 8, 10, 30)

const id = '0197a3b4-0000-7000-8000-0000000000e1'

let api: TestApi

beforeAll(async () => {
  api = await startTestApi({ now })
  const at = (time: number) => ({
    recordedAt: Math.min(time, now),
    body: {
      type: 'pattern.used',
      pattern_id: id,
      occurred_at: new Date(time).toISOString(),
      outcome: time > now ? 'failure' : 'success',
      quality_score: time > now ? 0 : 1,
      execution_time_ms: time > now ? 5_000 : 100,
    },
  })
  await api.seed([
    // Once a day at ten for eight weeks, today as well; and three times this evening, by a clock that is ahead.
    ...Array.from({ length: 56 }, (_, days) => at(now - days * day)).toReversed(),
    ...[2, 3, 4].map((hours) => at(now + hours * hour)),
  ])
})
afterAll(() => api?.stop())

const ask = async (path: string): Promise<Answer['body']> => {
  const answer = await api.ask(path)
  expect(answer.status, answer.text).toBe(200)
  return answer.body
}

const lastOf = async (path: string): Promise<number> => {
  const { trends } = await ask(`/trends?${path}&include=series&include_open=true`)
  return trends[0].series.at(-1).value
}

describe('a window that runs', () => {
  const windows = [
    ['day', 30, 1],
    ['week', 8, 3],
  ] as const

  describe.each(['usage', 'success_rate', 'quality', 'duration'])('counts in the trend of %s', (metric) => {
    it.each(windows)('no event of hours that have not come (%s)', async (granularity, count, uses) => {
      const range = `time_range=P${granularity === 'day' ? count : count * 7}D&granularity=${granularity}`
      const expected = { usage: uses, success_rate: 1, quality: 1, duration: 100 }[metric]
      expect(await lastOf(`trend_type=${metric}&${range}`)).toBe(expected)
      expect(await lastOf(`trend_type=${metric}&${range}&pattern_id=${id}`)).toBe(expected)
      const { data } = await ask(`/time-series?metric_type=${metric}&${range}&pattern_id=${id}`)
      expect(data.at(-1).value).toBe(expected)
    })
  })

  it('ends with the running hour, and the answer says so', async () => {
    const body = await ask('/trends?granularity=day&include_open=true')
    expect(body.to).toBe('2026-04-08T11:00:00.000Z')
    expect((await ask('/time-series?granularity=day')).to).toBe(body.to)
  })

  it('counts them when their hour has come, though no event has', async () => {
    const path = 'trend_type=usage&granularity=day&time_range=30d'
    expect(await lastOf(path)).toBe(1)
    try {
      api.now = now + 3 * hour
      expect(await lastOf(path)).toBe(3)
      expect(await lastOf(`${path}&pattern_id=${id}`)).toBe(3)
    } finally {
      api.now = now
    }
  })
})
