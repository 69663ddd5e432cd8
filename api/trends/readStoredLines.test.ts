import { metrics } from '@patterns/projections/analytics/metric.ts'
import { trendSeries } from '@patterns/projections/trends/trendSeries.ts'
import { closedUntil } from '@patterns/projections/analytics/trendRange.ts'
import { windowMs } from '@patterns/projections/window.ts'
import { seedTrends } from '@patterns/testing/seedTrends.ts'
import type pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestApi, type TestApi } from '../testing/startTestApi.ts'
import { trendingIds, trendingMessages } from '../testing/trendingMessages.ts'
import { isObserved } from '@patterns/projections/analytics/trendLine.ts'
import { fitLines } from './fitLines.ts'
import type { LineQuestion } from './lineQuestion.ts'
import { readFirstSeen } from './readFirstSeen.ts'
import { readStoredLines } from './readStoredLines.ts'

const now = Date.UTC(2026, 3, 8, 10, 30)
let api: TestApi
let client: pg.PoolClient

beforeAll(async () => {
  api = await startTestApi({ now })
  await api.seed(trendingMessages(now))
  await seedTrends(api.owner, now)
  client = await api.reader.connect()
})
afterAll(async () => {
  client?.release()
  await api?.stop()
})

const questionAt = (
  at: number,
  series = trendSeries[2]!,
  metric: LineQuestion['metric'] = 'usage',
): LineQuestion => {
  const to = closedUntil(series.granularity, at)
  const range = { from: to - series.windows * windowMs[series.granularity], to }
  return { metric, granularity: series.granularity, range, includeOpen: false, now: at }
}

it.each(
  trendSeries.flatMap((series) =>
    metrics.map((metric) => [series.granularity, series.windows, metric] as const),
  ),
)('the stored lines of %s/%i, %s are the fitted ones, to the bit', async (granularity, windows, metric) => {
  const question = questionAt(now, { granularity, windows }, metric)
  const stored = await readStoredLines(client, question)
  const fitted = await fitLines(client, question, await readFirstSeen(client))
  // What lies in two shards has two lines, and none of the whole.
  const whole = Object.values(trendingIds).filter((id) => id !== trendingIds.split)
  expect([...stored.keys()].toSorted()).toEqual(whole)
  for (const id of whole) {
    const [line, fit] = [stored.get(id)!, fitted.get(id)]
    if (fit === undefined) expect(isObserved(line)).toBe(false)
    else expect(Object.entries(line)).toEqual(Object.entries(fit))
  }
})

it('lines of another hour, day or week are not taken', async () => {
  expect((await readStoredLines(client, questionAt(now + windowMs.day))).size).toBe(0)
})

it('lines that a late event has left behind are not taken, the others are', async () => {
  const before = await readStoredLines(client, questionAt(now))
  await api.seed([
    {
      recordedAt: now,
      body: {
        type: 'pattern.used',
        pattern_id: trendingIds.steady,
        occurred_at: new Date(now - 3 * windowMs.day).toISOString(),
        outcome: 'success',
      },
    },
    {
      recordedAt: now,
      body: {
        type: 'pattern.used',
        pattern_id: trendingIds.growing,
        occurred_at: new Date(now).toISOString(),
        outcome: 'success',
      },
    },
  ])
  const after = await readStoredLines(client, questionAt(now))
  expect(after.has(trendingIds.steady)).toBe(false)
  expect(after.has(trendingIds.growing)).toBe(true)
  expect(after.size).toBe(before.size - 1)
})

it('a late event before the range counts too, as it may be the first of its pattern', async () => {
  const id = trendingIds.fresh
  expect((await readStoredLines(client, questionAt(now))).has(id)).toBe(true)
  await api.seed([
    {
      recordedAt: now,
      body: {
        type: 'pattern.used',
        pattern_id: id,
        occurred_at: new Date(now - 200 * windowMs.day).toISOString(),
        outcome: 'success',
      },
    },
  ])
  expect((await readStoredLines(client, questionAt(now))).has(id)).toBe(false)
})

it('lines of windows that were begun again are not taken', async () => {
  await seedTrends(api.owner, now)
  expect((await readStoredLines(client, questionAt(now))).size).toBeGreaterThan(5)
  await api.owner.query(
    `update projection_checkpoints set position = 1 where projection = 'pattern_windows' and shard = 0`,
  )
  expect((await readStoredLines(client, questionAt(now))).size).toBe(0)
})
