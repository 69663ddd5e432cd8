import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApi, type TestApi } from '../testing/startTestApi.ts'
import { trendingIds, trendingMessages } from '../testing/trendingMessages.ts'

const base = '/api/pattern-analytics'
const now = Date.UTC(2026, 2, 18, 10, 30)
let api: TestApi
let document: {
  paths: Record<string, Record<string, { responses: Record<string, { content?: Record<string, object> }> }>>
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
  const { content } = document.paths[template]![method]!.responses[status]!
  const [type] = Object.keys(content!)
  const pointer = ['paths', template, method, 'responses', String(status), 'content', type!, 'schema']
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
