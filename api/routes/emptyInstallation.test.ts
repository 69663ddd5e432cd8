import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestApi, type TestApi } from '../testing/startTestApi.ts'

let api: TestApi
beforeAll(async () => {
  api = await startTestApi()
})
afterAll(() => api?.stop())

it.each([
  ['/success-rates', 'patterns'],
  ['/quality-metrics', 'patterns'],
  ['/usage-stats', 'patterns'],
  ['/patterns', 'patterns'],
  ['/trends', 'trends'],
  ['/trends?trend_type=emerging', 'trends'],
  ['/dashboard-summary', 'top_patterns'],
])('%s of any type has nothing to list before the first event', async (path, list) => {
  const answer = await api.ask(`${path}${path.includes('?') ? '&' : '?'}pattern_type=architectural`)
  expect(answer.status, answer.text).toBe(200)
  expect(answer.body[list]).toEqual([])
})
