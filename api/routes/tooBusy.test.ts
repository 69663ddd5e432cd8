import { afterAll, beforeAll, expect, it } from 'vitest'
import { drawMessages, patternIds } from '../testing/drawMessages.ts'
import { expectProblem } from '../testing/expectProblem.ts'
import { startTestApi, type TestApi } from '../testing/startTestApi.ts'

const now = Date.UTC(2026, 3, 8, 10, 30)
let api: TestApi
beforeAll(async () => {
  api = await startTestApi({ now })
  await api.seed(drawMessages(40, now - 20 * 86_400_000, now, 5))
})
afterAll(() => api?.stop())

it('a question is refused for a moment if more wait than can be answered, and those that wait are answered', async () => {
  const client = await api.owner.connect()
  try {
    await client.query('begin; lock table pattern_windows_v1_hour')
    // Other ranges, so that none of them can share a statement with another.
    const asked = Array.from({ length: 40 }, (_, i) =>
      api.ask(`/time-series?pattern_id=${patternIds[0]}&time_range=PT${i + 1}H`),
    )
    const refused = await Promise.any(
      asked.map(async (answer) => {
        expectProblem(await answer, 503, 'TIMEOUT')
        return answer
      }),
    )
    expect(refused.headers.get('retry-after')).toBe('1')
    await client.query('rollback')
    const statuses = new Set((await Promise.all(asked)).map(({ status }) => status))
    expect(statuses).toEqual(new Set([200, 503]))
  } finally {
    await client.query('rollback')
    client.release()
  }
})
