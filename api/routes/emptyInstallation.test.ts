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
  ['/time-series', 'data'],
])('%s of any type has nothing to list before the first event', async (path, list) => {
  const answer = await api.ask(`${path}${path.includes('?') ? '&' : '?'}pattern_type=architectural`)
  expect(answer.status, answer.text).toBe(200)
  expect(answer.body[list]).toEqual([])
})

it('there are no types before the first event', async () => {
  const { body } = await api.ask('/pattern-types')
  expect(body).toMatchObject({ pattern_types: [], total_count: 0, untyped_patterns: 0, next_cursor: null })
})
