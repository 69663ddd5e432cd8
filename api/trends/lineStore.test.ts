import { closedUntil } from '@patterns/projections/analytics/trendRange.ts'
import { windowMs } from '@patterns/projections/window.ts'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { readVector } from '@patterns/read-model/reading/readVector.ts'
import { servedProjections } from '@patterns/read-model/served.ts'
import { startTestApi, type TestApi } from '../testing/startTestApi.ts'
import { trendingIds, trendingMessages } from '../testing/trendingMessages.ts'
import { type Snapshot, takeSnapshot } from '../totals/snapshot.ts'
import type { LineQuestion } from './lineQuestion.ts'
import { createLineStore } from './lineStore.ts'
import { readTrendLines } from './readTrendLines.ts'

const now = Date.UTC(2026, 3, 8, 10, 30)
const to = closedUntil('day', now)
const question: LineQuestion = {
  metric: 'usage',
  granularity: 'day',
  range: { from: to - 40 * windowMs.day, to },
  includeOpen: false,
  now,
}

let api: TestApi
const snapshots: Snapshot[] = []
beforeAll(async () => {
  api = await startTestApi({ now })
  await api.seed(trendingMessages(now))
})
afterEach(() => Promise.all(snapshots.splice(0).map((snapshot) => snapshot.close())))
afterAll(() => api?.stop())

const takeView = async () => {
  const snapshot = await takeSnapshot(api.reader)
  snapshots.push(snapshot)
  return { snapshot, vector: await readVector(snapshot.client, servedProjections.windows) }
}
const useSteady = (daysAgo: number) =>
  api.seed([
    {
      recordedAt: now,
      body: {
        type: 'pattern.used',
        pattern_id: trendingIds.steady,
        occurred_at: new Date(now - daysAgo * windowMs.day).toISOString(),
        outcome: 'success',
      },
    },
  ])
const readAnew = (view: { snapshot: Snapshot }) =>
  view.snapshot.lend((client) => readTrendLines(client, question))

it('brings lines to a later vector by fitting those that a late event changed', async () => {
  const store = createLineStore()
  const first = await takeView()
  const before = new Map((await store.lines(first, question, false))!.lines)
  await useSteady(5)
  const second = await takeView()
  const { lines } = (await store.lines(second, question, false))!
  expect(lines).toEqual(await readAnew(second))
  const changed = [...lines].filter(([id, line]) => line !== before.get(id)).map(([id]) => id)
  expect(changed).toEqual([trendingIds.steady])
})

it('keeps its version where only open windows changed', async () => {
  const store = createLineStore()
  const before = (await store.lines(await takeView(), question, false))!.version
  await useSteady(0)
  expect((await store.lines(await takeView(), question, false))!.version).toBe(before)
})

it('sends an older view away, or reads again for it where there is no newer one', async () => {
  const store = createLineStore()
  const older = await takeView()
  await useSteady(7)
  const newer = await takeView()
  await store.lines(newer, question, false)
  expect(await store.lines(older, question, false)).toBeUndefined()
  expect((await store.lines(older, question, true))!.lines).toEqual(await readAnew(older))
})

it('gives many that ask at once the lines of their own views', async () => {
  const store = createLineStore()
  const views = []
  for (let i = 0; i < 3; i++) {
    views.push(await takeView())
    await useSteady(10 + i)
  }
  const counts = await Promise.all(
    views.map((view) =>
      store.lines(view, question, false).then((kept) => {
        const line = kept!.lines.get(trendingIds.steady)!
        return line.status === 'measured' ? line.mean * line.points : 0
      }),
    ),
  )
  expect(counts[1]).toBeCloseTo(counts[0]! + 1, 9)
  expect(counts[2]).toBeCloseTo(counts[0]! + 2, 9)
})
