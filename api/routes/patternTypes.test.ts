import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectProblem } from '../testing/expectProblem.ts'
import { startTestApi, type TestApi } from '../testing/startTestApi.ts'

const now = Date.UTC(2026, 2, 18, 10, 30)
const idOf = (last: number) => `0197a3b4-5c6d-7e8f-9012-34567890000${last}`
const [moved, registered, untyped, other] = [1, 2, 3, 4].map(idOf) as [string, string, string, string]

const used = (pattern_id: string, occurred_at: string, more: object = {}) => ({
  type: 'pattern.used',
  pattern_id,
  occurred_at,
  outcome: 'success',
  ...more,
})

let api: TestApi
beforeAll(async () => {
  api = await startTestApi({ now })
  await api.seed([
    // Known in two shards, of which the one that spoke of it last says its type.
    { shard: 0, body: used(moved, '2026-03-17T08:00:00Z', { pattern_type: 'crud', quality_score: 0.5 }) },
    { shard: 1, body: used(moved, '2026-03-17T09:00:00Z', { pattern_type: 'resilience', quality_score: 1 }) },
    { shard: 0, body: used(moved, '2026-03-17T10:00:00Z', { outcome: 'error' }) },
    {
      body: {
        type: 'pattern.registered',
        pattern_id: registered,
        pattern_name: 'Bulkhead',
        pattern_type: 'resilience',
        occurred_at: '2026-03-17T08:00:00Z',
      },
    },
    { body: used(untyped, '2026-03-17T08:00:00Z') },
    { body: used(other, '2026-03-17T08:00:00Z', { pattern_type: 'crud', execution_time_ms: 40 }) },
  ])
})
afterAll(() => api?.stop())

const ask = async (path: string) => {
  const answer = await api.ask(path)
  expect(answer.status, answer.text).toBe(200)
  return answer.body
}

const crud = { pattern_type: 'crud', total_patterns: 1, used_patterns: 1 }
const resilience = { pattern_type: 'resilience', total_patterns: 2, used_patterns: 1 }

describe('the types', () => {
  it('count each pattern once, under the type that it was last given', async () => {
    expect(await ask('/pattern-types')).toMatchObject({
      as_of: { 0: 5, 1: 1 },
      pattern_types: [crud, resilience],
      total_count: 2,
      untyped_patterns: 1,
      next_cursor: null,
    })
  })

  it('come in pages and in the order that is asked for', async () => {
    const first = await ask('/pattern-types?sort=-total_patterns&limit=1')
    expect(first).toMatchObject({ pattern_types: [resilience], total_count: 2 })
    const path = `/pattern-types?sort=-total_patterns&limit=1&cursor=${first.next_cursor}`
    expect(await ask(path)).toMatchObject({ pattern_types: [crud], next_cursor: null })
    const answer = await api.ask(`/pattern-types?cursor=${first.next_cursor}`)
    expectProblem(answer, 400, 'INVALID_INPUT', ['cursor'])
  })
})

describe('a series of a type', () => {
  it.each([
    ['usage', [1, 1, 1], 3],
    ['success_rate', [1, 1, 0], 2 / 3],
    ['errors', [0, 0, 1], 1],
    ['quality', [0.5, 1], 0.75],
    ['duration', [], null],
  ])('of %s sums the patterns that are of it, in whichever shards', async (metric, values, total) => {
    const body = await ask(
      `/time-series?pattern_type=resilience&metric_type=${metric}&granularity=hour&from=2026-03-17T08:00:00Z&to=2026-03-17T11:00:00Z`,
    )
    expect(body).toMatchObject({ pattern_id: null, pattern_type: 'resilience', as_of: { 0: 5, 1: 1 } })
    expect(body.data.map(({ value }: { value: number }) => value)).toEqual(values)
    expect(body.totals.value).toBe(total)
  })

  it('is compared with the hours before like any other', async () => {
    const body = await ask('/time-series?pattern_type=resilience&time_range=24h&compare=previous_period')
    expect(body.previous_period).toMatchObject({
      totals: { value: 1 },
      compared: { totals: { value: 2 } },
      growth_rate: 1,
    })
  })

  it('of a pattern of another type is refused', async () => {
    const answer = await api.ask(`/time-series?pattern_id=${moved}&pattern_type=crud`)
    expectProblem(answer, 422, 'UNPROCESSABLE_INPUT', ['pattern_type'])
    expect((await ask(`/time-series?pattern_id=${moved}&pattern_type=resilience`)).totals.value).toBe(3)
  })
})
