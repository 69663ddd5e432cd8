import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { drawMessages, patternIds } from '../testing/drawMessages.ts'
import { startTestApi, type TestApi } from '../testing/startTestApi.ts'

const now = Date.UTC(2026, 3, 8, 10, 30)
let api: TestApi
beforeAll(async () => {
  api = await startTestApi({ now })
  await api.seed(drawMessages(100, now - 10 * 86_400_000, now, 3))
})
afterAll(() => api?.stop())

const routes = [
  '/dashboard-summary',
  '/success-rates',
  '/quality-metrics',
  '/usage-stats',
  '/patterns',
  `/patterns/${patternIds[0]}`,
  `/patterns/${patternIds[0]}/events`,
  '/time-series',
  '/pattern-types',
  '/trends',
  `/patterns/${patternIds[0]}/benchmark`,
]
const names = [
  'time_range',
  'from',
  'to',
  'granularity',
  'time_zone',
  'pattern_type',
  'pattern_id',
  'limit',
  'cursor',
  'after',
  'min_samples',
  'min_quality',
  'sort',
  'search',
  'metric_type',
  'moving_average',
  'compare',
  'include',
  'trend_type',
  'threshold',
  'min_probability',
  'min_samples',
  'direction',
  'include_open',
  'category',
  '__proto__',
  'constructor',
  'toString',
]
/** Nearly right, at the edge, or of a kind that breaks parsers. */
const sharp = fc.constantFrom(
  '',
  '0',
  '-1',
  '1',
  '500',
  '501',
  '1e3',
  'NaN',
  'Infinity',
  'null',
  'undefined',
  '[]',
  '{}',
  "'; drop table x; --",
  '$1',
  '%',
  '%00',
  '\u0000',
  '\ud800',
  '\u{1f600}',
  '../..',
  '7d',
  'P1D',
  'P9999Y',
  'PT99999999S',
  'hour',
  'week',
  'UTC',
  'Europe/Berlin',
  'Asia/Kolkata',
  'Etc/GMT+12',
  '__proto__',
  'usage',
  'quality',
  '0:0',
  '99999999999:1',
  '0001-01-01T00:00:00Z',
  '9999-12-31T23:59:59Z',
  '2026-04-01T00:00:00Z',
  '2026-04-08T10:30:00.000Z',
  patternIds[0],
  'ffffffff-ffff-ffff-ffff-ffffffffffff',
  '-pattern_name',
  'W10',
  'eyJhIjoxfQ',
  'previous_period',
  'recent_events',
  'series',
  'emerging',
  'declining',
  'duration',
  'increasing',
  'true',
  '0.5',
  'resilience',
)
const values = fc.oneof({ weight: 3, arbitrary: sharp }, fc.string({ unit: 'binary', maxLength: 30 }))
const queries = fc.array(
  fc.tuple(fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...names) }, fc.string()), values),
  {
    maxLength: 4,
  },
)

const encode = (text: string) => encodeURIComponent(text.toWellFormed())

describe('no input', () => {
  it('makes the API break, or say what it is made of', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...routes), queries, async (route, query) => {
        // What waits two seconds is tested elsewhere.
        fc.pre(!query.some(([name, value]) => name === 'after' && value !== '0:0' && /^\d+:\d+$/.test(value)))
        const answer = await api.ask(
          `${route}?${query.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&')}`,
        )
        expect([200, 400, 404, 422], answer.text).toContain(answer.status)
        expect(answer.text).not.toMatch(
          /\bNaN\b|Infinity"?[,}]|\bat .*\.ts:|node_modules|select .* from|pg_|127\.0\.0\.1/,
        )
        expect(answer.body).toBeDefined()
      }),
      { numRuns: 600 },
    )
  })

  it('in the path does, either', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(values, fc.webPath()), async (path) => {
        const answer = await api.ask(`/patterns/${encode(path)}`)
        expect([200, 400, 404], answer.text).toContain(answer.status)
        expect(answer.body).toBeDefined()
      }),
      { numRuns: 200 },
    )
  })

  it('as raw bytes of a request does: malformed targets, escapes and hosts', async () => {
    const { request } = await import('node:http')
    const port = Number(new URL(api.url).port)
    const send = (path: string, headers: Record<string, string> = {}) =>
      new Promise<number>((resolve, reject) => {
        const sent = request({ host: '127.0.0.1', port, path, headers }, (response) => {
          response.resume()
          response.on('end', () => resolve(response.statusCode!))
        })
        sent.on('error', reject)
        sent.end()
      })
    for (const path of [
      '//',
      '/%',
      '/%zz',
      '/api/pattern-analytics/patterns?search=%',
      '/api/pattern-analytics/patterns?%ff=%ff',
      '/\\',
      '/api/pattern-analytics/patterns/%2e%2e',
    ])
      expect(await send(path), path).toBeLessThan(500)
    expect(await send('/livez', { host: 'a b' })).toBe(400)
    expect(await send('/livez', { 'if-none-match': '"'.repeat(5_000) })).toBe(200)
  })
})
