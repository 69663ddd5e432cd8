import { beforeAll, afterAll, describe, expect, it } from 'vitest'
import { expectProblem } from '../testing/expectProblem.ts'
import { startTestApi, type TestApi } from '../testing/startTestApi.ts'

const now = Date.UTC(2026, 3, 8, 10, 30)
const hour = 3_600_000

/** Of no version and variant that a UUID should have, which the contract does not ask for. */
const idOf = (i: number): string => `0000000${i}-0000-0000-0000-000000000000`

/** Each takes more room in a cursor than others of its length, or another place than in the order of UTF-16. */
const names = ['\u0001'.repeat(200), '\u{1f419}'.repeat(200), '\uffee'.repeat(200), '%_\\', null, 'a', 'a']

let api: TestApi
beforeAll(async () => {
  api = await startTestApi({ now })
  await api.seed(
    names.flatMap((name, i) =>
      Array.from({ length: 6 }, (_, use) => ({
        body: {
          type: 'pattern.used',
          pattern_id: idOf(i),
          pattern_name: name,
          occurred_at: new Date(now - (use + 2) * hour).toISOString(),
          outcome: 'success',
          ...(i > 1 && { quality_score: 0 }),
        },
      })),
    ),
  )
})
afterAll(() => api?.stop())

const paths = [
  ...['pattern_name', '-pattern_name', 'pattern_type', 'last_used', '-first_seen'].map(
    (sort) => `/patterns?sort=${sort}`,
  ),
  ...['pattern_name', '-pattern_name', 'success_rate', '-quality_score'].map(
    (sort) => `/success-rates?sort=${sort}`,
  ),
  ...['pattern_name', '-pattern_name', '-growth_rate'].map((sort) => `/usage-stats?sort=${sort}`),
  '/quality-metrics?time_range=7d',
  '/trends?time_range=24h',
  '/trends?trend_type=emerging',
]

const itemsOf = (body: { trends?: unknown; patterns?: unknown }) =>
  (body.trends ?? body.patterns) as readonly { readonly pattern_id: string }[]

describe('pages of one, whatever patterns are called', () => {
  it.each(paths)('%s has each pattern once, in the order of one page', async (path) => {
    const whole = await api.ask(path)
    const ids: string[] = []
    let cursor = ''
    do {
      const page = await api.ask(`${path}&limit=1${cursor}`)
      expect(page.status, page.text).toBe(200)
      ids.push(...itemsOf(page.body).map(({ pattern_id }) => pattern_id))
      cursor = page.body.next_cursor === null ? '' : `&cursor=${page.body.next_cursor}`
    } while (cursor !== '')
    expect(ids).toEqual(itemsOf(whole.body).map(({ pattern_id }) => pattern_id))
    expect(ids.length).toBeGreaterThan(2)
  })
})

/** Anything in place of one value of what is encoded, the first for which `isIt` holds. */
const forged = (cursor: string, isIt: (value: unknown) => boolean, value: unknown): string => {
  let isDone = false
  const changed = JSON.stringify(JSON.parse(Buffer.from(cursor, 'base64url').toString()), (_, known) => {
    if (isDone || !isIt(known)) return known
    isDone = true
    return value
  })
  return Buffer.from(changed).toString('base64url')
}

describe('a cursor that was changed', () => {
  it.each(paths)('of %s is refused', async (path) => {
    const { next_cursor: cursor } = (await api.ask(`${path}&limit=1`)).body
    const isId = (value: unknown): boolean => typeof value === 'string' && value.endsWith('-000000000000')
    for (const value of ['not-an-id', '\0', '', idOf(1).slice(1)])
      expectProblem(await api.ask(`${path}&cursor=${forged(cursor, isId, value)}`), 400, 'INVALID_INPUT', [
        'cursor',
      ])
    const hasId = (value: unknown): boolean => Array.isArray(value) && value.length === 2 && isId(value[1])
    for (const value of ['a\0b', {}, true, path.includes('pattern_') ? 5 : 'abc'])
      expectProblem(
        await api.ask(`${path}&cursor=${forged(cursor, hasId, [value, idOf(1)])}`),
        400,
        'INVALID_INPUT',
        ['cursor'],
      )
  })
})
