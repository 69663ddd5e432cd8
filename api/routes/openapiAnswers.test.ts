import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Answer, startTestApi, type TestApi } from '../testing/startTestApi.ts'
import { trendingIds, trendingMessages } from '../testing/trendingMessages.ts'

const base = '/api/pattern-analytics'
const now = Date.UTC(2026, 2, 18, 10, 30)
/** No event of it was seen. */
const unknown = '0197a3b4-5c6d-7e8f-9012-3456789abc99'
let api: TestApi
interface Described {
  readonly content?: Record<
    string,
    { schema: object; example?: unknown; examples?: Record<string, { value: unknown }> }
  >
  readonly headers: Record<string, object>
}
let document: {
  paths: Record<string, Record<string, { responses: Record<string, Described> }>>
  components: { headers: Record<string, object> }
}
let validator: Ajv2020

beforeAll(async () => {
  api = await startTestApi({ now })
  await api.seed(trendingMessages(now))
  document = (await api.get('/openapi.json')).body
  // Formats are descriptions here: what a time looks like is tested where it is written.
  validator = new Ajv2020({ strict: false, validateFormats: false })
  validator.addSchema(document, 'openapi')
})
afterAll(() => api?.stop())

/** The path of the document that a request is of. */
const pathOf = (path: string): string => {
  const [asked] = path.split('?')
  const found = Object.keys(document.paths).find((template) =>
    new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(asked!),
  )
  expect.assert(found !== undefined)
  return found
}

const faultsOf = (path: string, method: string, status: number, body: unknown): unknown => {
  const template = pathOf(path)
  return faultsIn(template, method, String(status), body)
}

const faultsIn = (template: string, method: string, status: string, body: unknown): unknown => {
  const { content } = document.paths[template]![method]!.responses[status]!
  const [type] = Object.keys(content!)
  const pointer = ['paths', template, method, 'responses', status, 'content', type!, 'schema']
    .map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1')))
    .join('/')
  const validate = validator.getSchema(`openapi#/${pointer}`)!
  return validate(body) ? [] : validate.errors
}

const id = Object.values(trendingIds)[0]!

describe('an answer is what /openapi.json says that it is', () => {
  it.each([
    '/dashboard-summary',
    '/success-rates?limit=5',
    '/quality-metrics',
    `/quality-metrics?pattern_id=${id}`,
    '/usage-stats?granularity=day',
    '/patterns?search=a',
    `/patterns/${id}?include=recent_events`,
    `/patterns/${id}?time_range=90d`,
    `/patterns/${id}/events?limit=3`,
    `/patterns/${id}/benchmark`,
    '/time-series?compare=previous_period&moving_average=3',
    '/time-series?pattern_type=resilience',
    '/pattern-types',
    '/trends',
    '/trends?time_range=90d&limit=50',
    `/trends?pattern_id=${id}&include=series`,
    '/trends?trend_type=emerging',
    '/trends?trend_type=declining',
    '/trends?trend_type=quality',
  ])('%s', async (path) => {
    const { status, body } = await api.get(`${base}${path}`)
    expect(status).toBe(200)
    expect(faultsOf(`${base}${path}`, 'get', 200, body)).toEqual([])
  })

  it('a comparison', async () => {
    const question = JSON.stringify({ pattern_ids: Object.values(trendingIds).slice(0, 3) })
    const { status, body } = await api.post(`${base}/compare`, question)
    expect(status).toBe(200)
    expect(faultsOf(`${base}/compare`, 'post', 200, body)).toEqual([])
  })

  it.each(['/health', '/livez', '/readyz'])('%s', async (path) => {
    const { status, body } = await api.get(path)
    expect(status).toBe(200)
    expect(faultsOf(path, 'get', 200, body)).toEqual([])
  })

  it('a problem', async () => {
    const path = `${base}/success-rates?limit=0`
    const { status, body } = await api.get(path)
    expect(status).toBe(400)
    expect(faultsOf(path, 'get', 400, body)).toEqual([])
  })
})

const operations = () =>
  Object.entries(document.paths).flatMap(([template, methods]) =>
    Object.entries(methods).flatMap(([method, { responses }]) =>
      Object.entries(responses).map(([status, response]) => ({ template, method, status, response })),
    ),
  )

describe('an example in /openapi.json', () => {
  it('is there for every answer with a body, and is as its schema says', () => {
    for (const { template, method, status, response } of operations())
      for (const { example, examples = {} } of Object.values(response.content ?? {})) {
        const values = [example, ...Object.values(examples).map(({ value }) => value)].filter(
          (value) => value !== undefined,
        )
        expect(values, `${method} ${template} ${status}`).not.toEqual([])
        for (const value of values) expect(faultsIn(template, method, status, value)).toEqual([])
      }
  })
})

describe('the events of docs/EVENTS.md', () => {
  const guide = readFileSync(new URL('../../docs/EVENTS.md', import.meta.url), 'utf8')
  const lines = guide.split('\n').filter((line) => line.startsWith('{"'))
  const shapeOf = (event: Record<string, unknown>): string => {
    if ('specversion' in event) return 'CloudEvent'
    return (
      { 'pattern.used': 'PatternUsed', 'pattern.registered': 'PatternRegistered' }[String(event['type'])] ??
      (event['type'] === undefined ? 'OtherEvent' : 'PatternQualityAssessed')
    )
  }
  const isOf = (shape: string, event: unknown) =>
    validator.getSchema(`openapi#/components/schemas/${shape}`)!(event)

  it.each(lines)('%s is of a schema', (line) => {
    const event = JSON.parse(line) as Record<string, unknown>
    expect(isOf(shapeOf(event), event)).toBe(true)
    expect(isOf('PublishedEvent', event)).toBe(true)
  })

  it('are of none without what each must have', () => {
    expect(lines.length).toBeGreaterThan(6)
    for (const shape of ['CloudEvent', 'PatternUsed', 'PatternRegistered', 'PatternQualityAssessed'])
      expect(isOf(shape, { type: 'pattern.used' })).toBe(false)
  })
})

describe('the headers of an answer', () => {
  const declaredFor = (path: string, method: string, status: number) => {
    const { responses } = document.paths[pathOf(path)]![method]!
    return Object.keys((responses[status] ?? responses['4XX'])!.headers)
  }
  const expectDeclared = ({ status, headers }: Answer, path: string, method = 'get') => {
    const ours = Object.keys(document.components.headers).filter((name) => headers.has(name))
    expect(declaredFor(path, method, status).toSorted()).toEqual(ours.toSorted())
  }

  it.each([
    ['/health', 200],
    ['/livez', 200],
    ['/metrics', 200],
    ['/readyz', 200],
    [`${base}/patterns`, 200],
    [`${base}/trends?limit=0`, 400],
    [`${base}/time-series?pattern_id=${unknown}`, 404],
    [`${base}/trends?direction=stable&trend_type=emerging`, 422],
    [`${base}/patterns?after=0:999999`, 503],
  ])('of %s are those that are declared for %i', async (path, status) => {
    const answer = await api.get(path)
    expect(answer.status).toBe(status)
    expectDeclared(answer, path)
  })

  it('are those that are declared for 304, and for a comparison', async () => {
    const path = `${base}/patterns`
    const { headers } = await api.get(path)
    const unchanged = await api.get(path, { 'if-none-match': headers.get('etag')! })
    expect(unchanged.status).toBe(304)
    expectDeclared(unchanged, path)
    const question = JSON.stringify({ pattern_ids: Object.values(trendingIds).slice(0, 2) })
    expectDeclared(await api.post(`${base}/compare`, question), `${base}/compare`, 'post')
    expectDeclared(await api.post(`${base}/compare`, '{}', {}), `${base}/compare`, 'post')
  })

  it('are those that are declared if a key is missing, or too much is asked', async () => {
    const path = `${base}/patterns`
    const key = 'a key for the test of headers'
    const closed = await startTestApi({
      now,
      database: api.database,
      apiKeys: [hash('sha256', key)],
      rateLimitPerMinute: 1,
    })
    try {
      const without = await closed.get(path)
      expect(without.status).toBe(401)
      expectDeclared(without, path)
      await closed.get(path, { 'x-api-key': key })
      const tooMany = await closed.get(path, { 'x-api-key': key })
      expect(tooMany.status).toBe(429)
      expectDeclared(tooMany, path)
    } finally {
      await closed.stop()
    }
  })
})
