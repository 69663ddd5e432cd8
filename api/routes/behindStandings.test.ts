import { createPostgresEventLog } from '@patterns/event-log/postgres/postgresEventLog.ts'
import { type SeedMessage, seedProjections } from '@patterns/testing/seedProjections.ts'
import { seedTrends } from '@patterns/testing/seedTrends.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectProblem } from '../testing/expectProblem.ts'
import { afterLast } from '../testing/recount.ts'
import { startTestApi, type TestApi } from '../testing/startTestApi.ts'

const now = Date.UTC(2026, 3, 8, 10, 30)
const day = 86_400_000
const id = '11111111-1111-0111-0111-111111111111'

let api: TestApi
beforeAll(async () => {
  api = await startTestApi({ now })
})
afterAll(() => api?.stop())

/** A pattern of a type of its own, used on each of the last six days. */
const uses = (patternId: string, type: string): SeedMessage[] =>
  Array.from({ length: 6 }, (_, i) => ({
    body: {
      type: 'pattern.used',
      pattern_id: patternId,
      pattern_name: `the ${type}`,
      pattern_type: type,
      occurred_at: new Date(now - (6 - i) * day).toISOString(),
      outcome: 'success',
      quality_score: 0.5,
    },
  }))

/** What the processor does before it comes to the standings. */
const seedWindows = (messages: readonly SeedMessage[]) =>
  seedProjections({ pool: api.owner, eventLog: createPostgresEventLog({ pool: api.owner }) }, messages)

const rangesOfAll = ['time_range=8d', 'time_range=P9D', 'from=2026-04-01T00:00:00Z']
const lists = (range: string): readonly (readonly [path: string, list: string])[] => [
  [`/success-rates?${range}&min_samples=1`, 'patterns'],
  [`/quality-metrics?${range}`, 'patterns'],
  [`/usage-stats?${range}`, 'patterns'],
  [`/dashboard-summary?${range}`, 'top_patterns'],
  [`/trends?${range}&granularity=day`, 'trends'],
  [`/trends?trend_type=emerging&min_probability=0.5&${range}`, 'trends'],
]

describe('before the first standings', () => {
  let after = ''
  beforeAll(async () => {
    after = afterLast(await seedWindows(uses(id, 'first')))
  })

  it.each(['time_range=7d', 'time_range=30d', ...rangesOfAll].flatMap(lists))(
    '%s is of the windows',
    async (path, list) => {
      const { status, body } = await api.ask(`${path}&after=${after}`)
      expect(status).toBe(200)
      expect(body[list].map(({ pattern_id }: { pattern_id: string }) => pattern_id)).toEqual([id])
      expect(body.as_of).toEqual({ 0: 6 })
      expect((await api.ask(`${path}&pattern_type=first`)).body[list]).toHaveLength(1)
      expectProblem(await api.ask(`${path}&pattern_type=second`), 422, 'UNPROCESSABLE_INPUT', [
        'pattern_type',
      ])
    },
  )

  it('the catalogue is a 503 that says what is missing, not empty', async () => {
    for (const path of ['/patterns', '/patterns?search=the']) {
      const answer = await api.ask(path)
      expect(answer.status).toBe(503)
      expect(answer.headers.get('retry-after')).toBe('1')
      expect(answer.body.detail).toMatch(/not listed the patterns yet/)
    }
    await api.refresh()
    expect((await api.ask('/patterns?search=the')).body.total_count).toBe(1)
  })
})

describe('a pattern that the standings do not account for yet', () => {
  const newId = '22222222-2222-4222-8222-222222222222'
  let after = ''
  beforeAll(async () => {
    await api.refresh()
    after = afterLast(await seedWindows(uses(newId, 'second')))
    await seedTrends(api.owner, now)
  })

  it.each([...rangesOfAll.flatMap(lists), ['/trends?time_range=30d', 'trends'] as const])(
    '%s has it, and its type, as `as_of` says',
    async (path, list) => {
      const { status, body } = await api.ask(`${path}&pattern_type=second&after=${after}`)
      expect(status).toBe(200)
      expect(body[list]).toMatchObject([{ pattern_id: newId, pattern_name: 'the second' }])
      expect(body.as_of).toEqual({ 0: 12 })
    },
  )

  it('is not in lists of the standings, nor in their `as_of`; `after` it they are a 503', async () => {
    const { body } = await api.ask('/success-rates?time_range=7d&min_samples=1')
    expect(body.patterns.map(({ pattern_id }: { pattern_id: string }) => pattern_id)).toEqual([id])
    expect(body.as_of).toEqual({ 0: 6 })
    const late = await api.ask(`/success-rates?time_range=7d&min_samples=1&after=${after}`)
    expect(late.status).toBe(503)
    expect(late.headers.get('retry-after')).toBe('1')
  })
})
