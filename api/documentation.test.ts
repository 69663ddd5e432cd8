import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type DocumentedExample, examplesIn, loadApiGuide } from './http/docs/documentedExamples.ts'
import { documentedMessages } from './testing/documentedMessages.ts'
import { startTestApi, type TestApi } from './testing/startTestApi.ts'

const retry = '0197a3b4-5c6d-7e8f-9012-3456789abcde'
const crud = '0197a3b4-5c6d-7e8f-9012-3456789abcdf'
const identity = {
  [retry]: { pattern_name: 'Retry with backoff', pattern_type: 'resilience' },
  [crud]: { pattern_name: 'CRUD effect', pattern_type: 'crud' },
}

const used = (
  pattern_id: typeof retry | typeof crud,
  occurred_at: string,
  outcome: string,
  quality_score: number | undefined,
  execution_time_ms: number,
) => ({
  type: 'pattern.used',
  pattern_id,
  ...identity[pattern_id],
  occurred_at,
  outcome,
  quality_score,
  execution_time_ms,
})

/** The events that docs/API.md speaks of. */
const events = [
  used(retry, '2026-03-16T09:10:00Z', 'success', 0.9, 120),
  used(retry, '2026-03-16T09:40:00Z', 'success', 0.8, 100),
  used(crud, '2026-03-17T14:00:00Z', 'success', 0.95, 30),
  used(retry, '2026-03-17T15:20:00Z', 'partial_success', 0.7, 240),
  used(crud, '2026-03-18T10:05:00Z', 'error', undefined, 5_000),
  used(retry, '2026-03-18T10:15:00Z', 'failure', undefined, 900),
  {
    type: 'pattern.quality_assessed',
    pattern_id: retry,
    occurred_at: '2026-03-18T10:20:00Z',
    quality_score: 0.6,
  },
]

/** The document has two halves, each with events of its own. */
const [first, second] = loadApiGuide().split('\n# Trends, comparison, benchmarks\n').map(examplesIn) as [
  DocumentedExample[],
  DocumentedExample[],
]

let api: TestApi
let trendApi: TestApi
beforeAll(async () => {
  const now = Date.UTC(2026, 2, 18, 10, 30)
  ;[api, trendApi] = await Promise.all([
    startTestApi({ now, logId: '8c1f04e2' }),
    startTestApi({ now, logId: '8c1f04e2' }),
  ])
  await api.seed(
    events.map((body, i) => ({
      body: { event_id: `0197a3b4-0000-7000-8000-00000000000${i + 1}`, ...body },
    })),
  )
  await trendApi.seed(documentedMessages())
})
afterAll(() => Promise.all([api?.stop(), trendApi?.stop()]))

/** What is another number each time: how long things took, and when they were written. */
const unsteady = ['latency_ms', 'uptime_seconds', 'behind_seconds', 'last_appended_at', 'last_projected_at']

const steady = (value: object): object =>
  JSON.parse(JSON.stringify(value), (name, part) => (unsteady.includes(name) ? typeof part : part)) as object

const expectAnswer = async (of: TestApi, example: DocumentedExample): Promise<void> => {
  const { path, posted, answer, isExcerpt } = example
  const requestId = answer['request_id']
  const headers = typeof requestId === 'string' ? { 'x-request-id': requestId } : {}
  const { body } = posted === undefined ? await of.get(path, headers) : await of.post(path, posted)
  // The whole answers are the examples of /openapi.json as well.
  if (isExcerpt) expect(body).toMatchObject(answer)
  else expect(steady(body)).toEqual(steady(answer))
}

describe('the examples in docs/API.md', () => {
  it('are there for the routes', () => {
    expect(first.length).toBeGreaterThan(8)
    expect(second.length).toBeGreaterThan(6)
    expect(second.filter(({ posted }) => posted !== undefined)).toHaveLength(1)
  })

  it.each(first)('$path', (example) => expectAnswer(api, example))
  it.each(second)('of trends: $path', (example) => expectAnswer(trendApi, example))
})
