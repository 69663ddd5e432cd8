import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { drawMessages, patternIds } from '../testing/drawMessages.ts'
import { expectProblem } from '../testing/expectProblem.ts'
import { startTestApi, type TestApi } from '../testing/startTestApi.ts'

const now = Date.UTC(2026, 3, 8, 10, 30)
const id = patternIds[0]

/** Two histories, as before and after a reset: other events at the same positions. */
let before: TestApi
let after: TestApi
beforeAll(async () => {
  ;[before, after] = await Promise.all([
    startTestApi({ now, logId: '00000001' }),
    startTestApi({ now, logId: '00000002' }),
  ])
  for (const [seed, api] of [before, after].entries()) {
    const drawn = drawMessages(100, now - 20 * 86_400_000, now, seed)
    await api.seed(drawn.map((message) => ({ ...message, shard: 0 })))
  }
})
afterAll(() => Promise.all([before?.stop(), after?.stop()]))

describe('what was known of another history', () => {
  it('is distinguished by the id of its log, at the same vector', async () => {
    const [was, is] = await Promise.all([before.ask('/patterns'), after.ask('/patterns')])
    expect(is.body.as_of).toEqual(was.body.as_of)
    expect([was.body.log_id, is.body.log_id]).toEqual(['00000001', '00000002'])
    expect((await after.get('/health')).body.components.projection.log_id).toBe('00000002')
  })

  it.each(['/patterns', '/time-series', `/patterns/${id}/events`, '/trends'])(
    'is not taken for an answer that is still good by %s',
    async (path) => {
      const etag = (await before.ask(path)).headers.get('etag')!
      expect((await before.ask(path, { 'if-none-match': etag })).status).toBe(304)
      expect((await after.ask(path, { 'if-none-match': etag })).status).toBe(200)
    },
  )

  it.each([
    '/patterns',
    '/success-rates?min_samples=0',
    '/usage-stats',
    '/quality-metrics',
    `/patterns/${id}/events`,
    '/trends?granularity=day',
  ])('is no place to go on from for %s', async (path) => {
    const paged = `${path}${path.includes('?') ? '&' : '?'}limit=1`
    const cursor: unknown = (await before.ask(paged)).body.next_cursor
    expect.assert(typeof cursor === 'string')
    const answer = await after.ask(`${paged}&cursor=${cursor}`)
    expectProblem(answer, 422, 'UNPROCESSABLE_INPUT', ['cursor'])
    expect(answer.body.detail).toContain('another log')
  })

  it('is no message to wait for, if the log is named', async () => {
    expect((await before.ask('/patterns?after=0:99@00000001')).status).toBe(200)
    const answer = await after.ask('/patterns?after=0:99@00000001')
    expectProblem(answer, 422, 'UNPROCESSABLE_INPUT', ['after'])
    expect(answer.body.detail).toContain('is of the log 00000001, and this one is 00000002')
  })
})
