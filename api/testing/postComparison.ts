import { expect } from 'vitest'
import type { Answer, TestApi } from './startTestApi.ts'

/** Posts a request to compare. A body that is no text is sent as JSON; the answer must always be JSON. */
export const postComparison = async (
  api: TestApi,
  body: unknown,
  headers?: Record<string, string>,
): Promise<Answer> => {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const answer = await api.post('/api/pattern-analytics/compare', text, headers)
  expect(answer.text).not.toMatch(/NaN|Infinity/)
  return { ...answer, body: JSON.parse(answer.text) }
}
