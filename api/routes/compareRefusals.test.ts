import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { drawMessages, patternIds } from '../testing/drawMessages.ts'
import { expectProblem } from '../testing/expectProblem.ts'
import { postComparison } from '../testing/postComparison.ts'
import { startTestApi, type TestApi } from '../testing/startTestApi.ts'

const now = Date.UTC(2026, 3, 8, 10, 30)
const day = 86_400_000
const [a, b, , d] = patternIds
const unknown = '0197a3b4-0000-7000-8000-0000000000ff'
const unknownToo = '0197a3b4-0000-7000-8000-0000000000ef'

let api: TestApi
beforeAll(async () => {
  api = await startTestApi({ now })
  // Few: what is refused is not computed.
  await api.seed(drawMessages(40, now - 20 * day, now, 5))
})
afterAll(() => api?.stop())

const post = (body: unknown, headers?: Record<string, string>) => postComparison(api, body, headers)

describe('a request to compare is refused', () => {
  it.each([
    ['one id', { pattern_ids: [a] }, 400, 'pattern_ids'],
    ['no id', { pattern_ids: [] }, 400, 'pattern_ids'],
    [
      'eleven ids',
      { pattern_ids: Array.from({ length: 11 }, (_, i) => `0197a3b4-0000-7000-8000-0000000000${10 + i}`) },
      400,
      'pattern_ids',
    ],
    ['an id twice', { pattern_ids: [a, b, a] }, 400, 'pattern_ids.2'],
    ['an id twice, in another case', { pattern_ids: [d, d.toUpperCase()] }, 400, 'pattern_ids.1'],
    ['no UUID', { pattern_ids: [a, 'x'] }, 400, 'pattern_ids.1'],
    ['an id that was never seen', { pattern_ids: [a, unknown] }, 404, 'pattern_ids.1'],
    ['an unknown metric', { pattern_ids: [a, b], metrics: ['speed'] }, 400, 'metrics.0'],
    ['a metric twice', { pattern_ids: [a, b], metrics: ['usage', 'usage'] }, 400, 'metrics.1'],
    ['no metric', { pattern_ids: [a, b], metrics: [] }, 400, 'metrics'],
    ['time_range=abc', { pattern_ids: [a, b], time_range: 'abc' }, 400, 'time_range'],
    ['a range that is too long', { pattern_ids: [a, b], time_range: 'P6Y' }, 422, 'time_range'],
    ['an empty range', { pattern_ids: [a, b], time_range: 'PT0S' }, 422, 'time_range'],
    ['a list of ranges', { pattern_ids: [a, b], time_range: ['7d'] }, 400, 'time_range'],
    ['an unknown field', { pattern_ids: [a, b], colour: 'red' }, 400, 'colour'],
    ['ids that are no list', { pattern_ids: a }, 400, 'pattern_ids'],
    ['a list', [a, b], 400, 'body'],
    ['null', 'null', 400, 'body'],
  ])('for %s', async (_, body, status, path) => {
    const answer = await post(body)
    expect(answer.status).toBe(status)
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect(answer.body.errors.map((error: { path: string }) => error.path)).toContain(path)
  })

  it('naming every id that is unknown', async () => {
    const { body } = await post({ pattern_ids: [unknown, a, unknownToo] })
    expect(body.code).toBe('PATTERN_NOT_FOUND')
    expect(body.errors.map(({ path }: { path: string }) => path)).toEqual(['pattern_ids.0', 'pattern_ids.2'])
    expect(body.detail).toContain(unknown)
  })

  it.each(['{"pattern_ids": [', '', '{} {}', '\u0000', "{'a': 1}"])(
    'for a body that is not JSON: %j',
    async (body) => {
      const answer = await post(body)
      expectProblem(answer, 400, 'INVALID_INPUT', ['body'])
      expect(answer.body.errors[0].message).toBe('must be JSON')
    },
  )

  it('for a value of another type, by the type that it must be of', async () => {
    const ofList = await post([a, b])
    expect(ofList.body.errors).toEqual([{ path: 'body', message: 'must be an object' }])
    const ofLists = await post({ pattern_ids: [[a], b], time_range: ['7d'] })
    expect(ofLists.body.errors).toEqual([
      { path: 'pattern_ids.0', message: 'must be a string' },
      { path: 'time_range', message: 'must be a string' },
    ])
  })

  it('for a body with a byte order mark, by its name', async () => {
    const answer = await post(`\ufeff${JSON.stringify({ pattern_ids: [a, b] })}`)
    expect(answer.status).toBe(400)
    expect(answer.body.errors).toEqual([
      { path: 'body', message: 'begins with a byte order mark (U+FEFF), which JSON must not' },
    ])
  })

  it.each([
    { 'content-type': 'text/plain' },
    { 'content-type': 'multipart/form-data' },
    { 'content-type': '' },
  ])('for another content type: %j', async (headers) => {
    const answer = await post({ pattern_ids: [a, b] }, headers)
    expectProblem(answer, 415, 'UNSUPPORTED_MEDIA_TYPE')
    expect(answer.body.detail).toContain('application/json')
  })

  it('for a body over 64 KiB, with a length or without', async () => {
    const large = JSON.stringify({ pattern_ids: [a, b], x: 'x'.repeat(65_536) })
    expectProblem(await post(large), 413, 'CONTENT_TOO_LARGE')
    const response = await fetch(`${api.url}/api/pattern-analytics/compare`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: new Blob([large]).stream(),
      duplex: 'half',
    })
    expect(response.status).toBe(413)
  })

  it('for another method', async () => {
    const answer = await api.ask('/compare')
    expectProblem(answer, 405, 'METHOD_NOT_ALLOWED')
    expect(answer.headers.get('allow')).toContain('POST')
  })

  it('whatever JSON comes, with a problem', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.jsonValue(),
          fc.record(
            {
              pattern_ids: fc.oneof(
                fc.jsonValue(),
                fc.array(fc.constantFrom(a, b, unknown, '', 'x'), { maxLength: 12 }),
              ),
              metrics: fc.oneof(fc.jsonValue(), fc.array(fc.constantFrom('usage', 'quality', 'x'))),
              time_range: fc.oneof(fc.jsonValue(), fc.constantFrom('7d', 'P1D', 'abc', 'P9999Y', '')),
            },
            { requiredKeys: [] },
          ),
        ),
        async (body) => {
          const { status } = await post(JSON.stringify(body))
          expect([200, 400, 404, 422]).toContain(status)
        },
      ),
      { numRuns: 300 },
    )
  })

  it('for a parameter in the URL, but for `after`, which waits', async () => {
    const body = JSON.stringify({ pattern_ids: [a, b] })
    const path = '/api/pattern-analytics/compare'
    expect((await api.post(`${path}?x=1`, body)).body).toMatchObject({ status: 400, errors: [{ path: 'x' }] })
    expect((await api.post(`${path}?after=0:999999`, body)).status).toBe(503)
  })
})
