import type { SeededEvent } from '@patterns/testing/seedProjections.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { drawMessages, patternIds } from '../testing/drawMessages.ts'
import { expectProblem } from '../testing/expectProblem.ts'
import { vectorOf } from '../testing/recount.ts'
import { startTestApi, type TestApi } from '../testing/startTestApi.ts'

const now = Date.UTC(2026, 3, 8, 10, 30)
const day = 86_400_000
let api: TestApi
let events: SeededEvent[]

beforeAll(async () => {
  api = await startTestApi({ now })
  events = await api.seed(drawMessages(300, now - 20 * day, now, 5))
})
afterAll(() => api?.stop())

const id = patternIds[0]

/** One request of each route with numbers. */
const everyRoute = [
  '/dashboard-summary',
  '/success-rates',
  '/quality-metrics',
  `/quality-metrics?pattern_id=${id}`,
  '/usage-stats',
  `/usage-stats?pattern_id=${id}`,
  '/patterns',
  `/patterns/${id}`,
  `/patterns/${id}?include=recent_events`,
  `/patterns/${id}/events`,
  '/time-series',
  `/time-series?pattern_id=${id}`,
  '/time-series?pattern_type=crud',
  '/pattern-types',
]

describe.each(everyRoute)('%s', (path) => {
  const added = (parameter: string) => `${path}${path.includes('?') ? '&' : '?'}${parameter}`

  it('says what it is as of, and when it was made', async () => {
    const answer = await api.ask(path)
    expect(answer.status, answer.text).toBe(200)
    expect(answer.headers.get('content-type')).toBe('application/json')
    expect(answer.body.as_of).toEqual(vectorOf(events))
    expect(answer.body.generated_at).toBe(new Date(now).toISOString())
    expect(answer.headers.get('cache-control')).toBe('private, no-cache')
    expect(answer.headers.get('server-timing')).toMatch(/total;dur=\d/)
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    expect(answer.text).not.toContain('NaN')
  })

  it('answers 304 to the ETag of an unchanged answer', async () => {
    const { headers } = await api.ask(path)
    const again = await api.ask(path, { 'if-none-match': headers.get('etag')! })
    expect(again.status).toBe(304)
    expect(again.text).toBe('')
    expect(again.headers.get('etag')).toBe(headers.get('etag'))
    expect((await api.ask(path, { 'if-none-match': '"other"' })).status).toBe(200)
  })

  it('refuses a parameter that it does not know', async () => {
    expectProblem(await api.ask(added('limitt=5&nonsense=1')), 400, 'INVALID_INPUT', ['limitt', 'nonsense'])
  })

  it('waits for a message that was applied already', async () => {
    const last = events.at(-1)!
    const answer = await api.ask(added(`after=${last.shard}:${last.sourceOffset}`))
    expect(answer.status, answer.text).toBe(200)
    expect(answer.headers.get('server-timing')).toMatch(/wait;dur=/)
  })

  it('answers HEAD as GET, tag and 304 included, with the headers alone', async () => {
    const get = await api.ask(path)
    const head = (headers: Record<string, string>) =>
      fetch(`${api.url}/api/pattern-analytics${path}`, { method: 'HEAD', headers })
    const changed = await head({ 'if-none-match': '"other"' })
    expect([changed.status, await changed.text()]).toEqual([200, ''])
    expect(changed.headers.get('content-type')).toBe('application/json')
    expect(changed.headers.get('etag')).toBe(get.headers.get('etag'))
    const unchanged = await head({ 'if-none-match': get.headers.get('etag')! })
    expect(unchanged.status).toBe(304)
    expect(unchanged.headers.get('etag')).toBe(get.headers.get('etag'))
  })

  it('answers no other method', async () => {
    const post = await fetch(`${api.url}/api/pattern-analytics${path}`, { method: 'POST', body: '{}' })
    expect(post.status).toBe(405)
    expect(post.headers.get('allow')).toContain('GET')
    expect(await post.json()).toMatchObject({ code: 'METHOD_NOT_ALLOWED', status: 405 })
  })
})

describe('requests', () => {
  it('keep the id that the caller gave, if it is acceptable', async () => {
    const given = await api.ask('/patterns', { 'x-request-id': 'trace-1' })
    expect(given.headers.get('x-request-id')).toBe('trace-1')
    const made = await api.ask('/patterns', { 'x-request-id': 'has spaces' })
    expect(made.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
  })

  it('with a long body are refused before it is read', async () => {
    const response = await fetch(`${api.url}/api/pattern-analytics/patterns`, {
      method: 'POST',
      body: 'x'.repeat(64 * 1024 + 1),
    })
    expect(response.status).toBe(413)
    expect(await response.json()).toMatchObject({ status: 413, code: 'CONTENT_TOO_LARGE' })
  })

  it('get large answers compressed if they accept that', async () => {
    const path = '/usage-stats?granularity=hour&time_range=7d'
    const plain = await api.ask(path, { 'accept-encoding': 'identity' })
    expect(plain.headers.get('content-encoding')).toBeNull()
    const zipped = await api.ask(path, { 'accept-encoding': 'gzip' })
    expect(zipped.headers.get('content-encoding')).toBe('gzip')
    expect(zipped.headers.get('vary')).toContain('Accept-Encoding')
    expect(zipped.text).toBe(plain.text)
    const refusing = await api.ask(path, { 'accept-encoding': 'gzip;q=0, *' })
    expect(refusing.headers.get('content-encoding')).toBeNull()
  })

  it('get any answer compressed if they take no other', async () => {
    const answer = await api.ask('/patterns?limit=1', { 'accept-encoding': 'gzip, identity;q=0' })
    expect(answer.headers.get('content-encoding')).toBe('gzip')
    expect(answer.body.patterns).toHaveLength(1)
  })

  it.each(['utc', 'EUROPE/VIENNA', 'Etc/UTC', 'Asia/Shanghai'])(
    'get the time zone %s back as they wrote it',
    async (zone) => {
      const answer = await api.ask(`/time-series?granularity=day&time_zone=${zone}`)
      expect(answer.body.time_zone).toBe(zone)
    },
  )
})

describe('a parameter that can be written in several ways', () => {
  it.each([
    ['time_range=14d&granularity=day', 'time_range=P14D&granularity=day'],
    ['time_range=1w', 'time_range=7d'],
    ['time_range=90m', 'time_range=PT90M'],
    ['granularity=hourly&time_range=24h', 'granularity=hour&time_range=24h'],
    ['granularity=daily', 'granularity=day'],
    ['granularity=weekly', 'granularity=week'],
  ])('%s is the same as %s', async (one, other) => {
    for (const route of ['/usage-stats', '/quality-metrics', '/time-series', '/trends']) {
      const [answer, same] = await Promise.all([api.ask(`${route}?${one}`), api.ask(`${route}?${other}`)])
      expect(answer.status, answer.text).toBe(200)
      expect(answer.body).toEqual(same.body)
    }
  })
})

describe('a range without a granularity', () => {
  const routes = [
    '/usage-stats?',
    '/quality-metrics?',
    '/time-series?',
    '/trends?',
    '/trends?trend_type=emerging&',
  ]
  it.each(['5d', '9d', '2w', '23d', 'P1Y'])(
    'is answered on every route that has series, whatever its length (%s)',
    async (range) => {
      for (const route of routes)
        for (const of of ['', `&pattern_id=${id}`]) {
          const answer = await api.ask(`${route}time_range=${range}${of}`)
          expect(answer.status, `${route} ${answer.text}`).toBe(200)
        }
    },
  )
})

describe('the pages of a list', () => {
  it.each([
    '/patterns?sort=-last_seen',
    '/success-rates?min_samples=0',
    '/usage-stats?sort=growth_rate',
    '/quality-metrics?time_range=7d',
  ])('of %s hold what one long page holds, in its order', async (path) => {
    const whole = (await api.ask(path)).body.patterns
    const seen: unknown[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const page = await api.ask(
        `${path}${path.includes('?') ? '&' : '?'}limit=1${cursor && `&cursor=${cursor}`}`,
      )
      expect(page.status, page.text).toBe(200)
      seen.push(...page.body.patterns)
      cursor = page.body.next_cursor
    }
    expect(seen).toEqual(whole)
    expect(whole.length).toBe(patternIds.length)
  })

  it('keep the range of the first one when the hour turns', async () => {
    const first = await api.ask('/success-rates?limit=1&min_samples=0')
    api.now += 3_600_000
    const second = await api.ask(`/success-rates?limit=1&min_samples=0&cursor=${first.body.next_cursor}`)
    api.now = now
    expect(second.status, second.text).toBe(200)
    expect([second.body.from, second.body.to]).toEqual([first.body.from, first.body.to])
  })

  it('go on if the range is named again, and end if it is another', async () => {
    const { body } = await api.ask('/success-rates?limit=1')
    for (const range of [
      'time_range=7d',
      'time_range=PT36H',
      `from=${body.from}`,
      `from=${body.from}&to=${body.to}`,
    ]) {
      const first = await api.ask(`/success-rates?limit=1&${range}`)
      const next = await api.ask(`/success-rates?limit=1&${range}&cursor=${first.body.next_cursor}`)
      expect(next.body).toMatchObject({ from: first.body.from, to: first.body.to })
      for (const other of ['time_range=24h', 'time_range=90d', 'from=2026-01-01T00:00:00Z']) {
        const refused = await api.ask(`/success-rates?limit=1&${other}&cursor=${first.body.next_cursor}`)
        expectProblem(refused, 400, 'INVALID_INPUT', ['cursor'])
      }
    }
  })

  it('end if the range is another, for events as well', async () => {
    const path = `/patterns/${id}/events?limit=1`
    const { from, to } = (await api.ask(path)).body
    const range = `from=${from}&to=${to}`
    const { body } = await api.ask(`${path}&${range}`)
    expect.assert(typeof body.next_cursor === 'string')
    const next = `${path}&cursor=${body.next_cursor}`
    expect((await api.ask(next)).status).toBe(200)
    expect((await api.ask(`${next}&${range}`)).body).toMatchObject({ from, to })
    expectProblem(await api.ask(`${next}&from=2020-02-01T00:00:00Z`), 400, 'INVALID_INPUT', ['cursor'])
  })

  it('end if the question changes', async () => {
    const { body } = await api.ask('/success-rates?limit=1')
    const other = await api.ask(`/success-rates?limit=1&min_samples=9&cursor=${body.next_cursor}`)
    expectProblem(other, 400, 'INVALID_INPUT', ['cursor'])
  })
})

describe('the catalogue', () => {
  it('a search may be as long as a name, in characters', async () => {
    const search = (characters: number) =>
      api.ask(`/patterns?search=${encodeURIComponent('😀'.repeat(characters))}`)
    expect((await search(200)).status).toBe(200)
    expect((await search(201)).status).toBe(400)
  })

  it('is searched by part of a name in any case, or the beginning of an id', async () => {
    const byName = await api.ask('/patterns?search=REAKER')
    for (const pattern of byName.body.patterns) expect(pattern.pattern_name).toBe('Circuit breaker')
    const byId = await api.ask(`/patterns?search=${patternIds[3].slice(0, 8).toUpperCase()}`)
    expect(byId.body.patterns.map(({ pattern_id }: { pattern_id: string }) => pattern_id)).toEqual([
      patternIds[3],
    ])
    expect((await api.ask('/patterns?search=%25')).body).toMatchObject({ patterns: [], total_count: 0 })
  })
})

describe('a type that the pattern is not of', () => {
  it('is refused, with the one that it is of', async () => {
    const { body } = await api.ask(`/patterns/${id}`)
    const other = body.pattern_type === 'crud' ? 'resilience' : 'crud'
    for (const route of ['usage-stats', 'quality-metrics', 'trends']) {
      const answer = await api.ask(`/${route}?pattern_id=${id}&pattern_type=${other}`)
      expectProblem(answer, 422, 'UNPROCESSABLE_INPUT', ['pattern_type'])
      expect(answer.body.detail).toContain(body.pattern_type ?? 'has no type')
      const same = await api.ask(`/${route}?pattern_id=${id}&pattern_type=${body.pattern_type}`)
      expect(same.status).toBe(200)
    }
  })
})
