import { metrics } from '@patterns/projections/analytics/metric.ts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { drawMessages, patternIds } from '../testing/drawMessages.ts'
import { startTestApi, type TestApi } from '../testing/startTestApi.ts'

const now = Date.UTC(2026, 3, 8, 10, 30)
let api: TestApi
beforeAll(async () => {
  api = await startTestApi({ now })
  await api.seed(drawMessages(100, now - 2 * 86_400_000, now, 3))
})
afterAll(() => api?.stop())

it('a metric is in the same unit on every route that tells it', async () => {
  const [one, other] = patternIds
  const compared = await api.post(
    '/api/pattern-analytics/compare',
    JSON.stringify({ pattern_ids: [one, other], metrics }),
  )
  const benchmarked = await api.ask(`/patterns/${one}/benchmark`)
  for (const metric of metrics) {
    const { unit } = (await api.ask(`/time-series?metric_type=${metric}`)).body
    expect(
      compared.body.comparisons.find(({ metric_type }: { metric_type: string }) => metric_type === metric)
        .unit,
    ).toBe(unit)
    expect(
      benchmarked.body.benchmarks.find((entry: { metric_type: string }) => entry.metric_type === metric).unit,
    ).toBe(unit)
  }
  expect((await api.ask('/time-series?metric_type=duration')).body.unit).toBe('ms')
})
