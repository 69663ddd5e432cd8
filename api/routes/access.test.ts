import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { wrongKeysPerMinute } from '../http/access/keyGuesses.ts'
import { startTestApi, type TestApi } from '../testing/startTestApi.ts'

const hashOf = (key: string) => createHash('sha256').update(key).digest('hex')

let api: TestApi
beforeAll(async () => {
  api = await startTestApi({
    apiKeys: [hashOf('first'), hashOf('second')],
    corsOrigins: ['https://dashboard.example'],
    rateLimitPerMinute: 5,
  })
})
afterAll(() => api?.stop())

describe('an API with keys', () => {
  it.each<Record<string, string>>([
    {},
    { authorization: 'Bearer wrong' },
    { authorization: `Bearer ${hashOf('first')}` },
    { authorization: 'Basic Zmlyc3Q6' },
    { 'x-api-key': '' },
  ])('refuses %j', async (headers) => {
    const answer = await api.ask('/patterns', headers)
    expect(answer.status).toBe(401)
    expect(answer.body.code).toBe('UNAUTHORIZED')
    expect(answer.headers.get('www-authenticate')).toBe('Bearer')
    expect((await api.get('/metrics', headers)).status).toBe(401)
    expect((await api.get('/health', headers)).status).toBe(401)
  })

  it('takes each key in either header', async () => {
    expect((await api.ask('/patterns', { authorization: 'Bearer first' })).status).toBe(200)
    expect((await api.ask('/patterns', { 'x-api-key': 'second' })).status).toBe(200)
  })

  it.each(['/livez', '/readyz', '/openapi.json', '/docs', '/docs/scalar.js'])(
    'leaves %s open to everyone',
    async (path) => {
      expect((await api.get(path)).status).toBe(200)
    },
  )

  it('limits each caller by itself', async () => {
    const statuses: number[] = []
    for (let i = 0; i < 8; i++) statuses.push((await api.ask('/patterns', { 'x-api-key': 'first' })).status)
    expect(statuses.at(-1)).toBe(429)
    const refused = await api.ask('/patterns', { 'x-api-key': 'first' })
    expect(refused.body.code).toBe('RATE_LIMITED')
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await api.ask('/patterns', { 'x-api-key': 'second' })).status).toBe(200)
    expect((await api.get('/metrics', { 'x-api-key': 'first' })).status).toBe(200)
  })
})

describe('keys that are guessed', () => {
  it('are limited by address, and never a right one with them, not even one that was not seen before', async () => {
    const guessed = await startTestApi({ apiKeys: [hashOf('first')] })
    const ask = (key: string) => guessed.ask('/patterns', { 'x-api-key': key })
    let answer = await ask('guess')
    let looked = 0
    for (; answer.status === 401; looked++) answer = await ask(`guess ${looked}`)
    expect(looked).toBeGreaterThanOrEqual(wrongKeysPerMinute)
    expect(answer.status).toBe(429)
    expect(answer.body.code).toBe('RATE_LIMITED')
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await ask('first')).status).toBe(200)
    expect((await guessed.ask('/patterns')).status).toBe(401)
    expect((await guessed.get('/livez')).status).toBe(200)
    await guessed.stop()
  })
})

describe('pages of other origins', () => {
  const listed = 'https://dashboard.example'
  const preflight = (origin: string, path = '/patterns') =>
    fetch(`${api.url}/api/pattern-analytics${path}`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'GET',
        'access-control-request-headers': 'x-api-key',
      },
    })
  const listIn = (headers: Headers, name: string) => headers.get(name)?.split(',').toSorted()

  it('may read if they are on the list, without a key for the preflight', async () => {
    const response = await preflight('https://dashboard.example')
    expect(response.status).toBe(204)
    expect(response.headers.get('access-control-allow-origin')).toBe('https://dashboard.example')
    expect(response.headers.get('access-control-allow-headers')).toContain('x-api-key')
  })

  it.each(['/patterns', '/compare'])('learn for %s what the API accepts, and no more', async (path) => {
    const { headers } = await preflight(listed, path)
    expect(listIn(headers, 'access-control-allow-methods')).toEqual(['GET', 'HEAD', 'POST'])
    expect(listIn(headers, 'access-control-allow-headers')).toEqual(
      ['authorization', 'content-type', 'if-none-match', 'x-api-key', 'x-request-id'].toSorted(),
    )
    expect(headers.get('access-control-max-age')).toBe('600')
    expect(headers.get('access-control-allow-credentials')).toBeNull()
    expect(headers.get('vary')).toContain('Origin')
  })

  it.each([
    [200, { 'x-api-key': 'second' }],
    [304, { 'x-api-key': 'second', 'if-none-match': '*' }],
    [401, {}],
  ])('may read what an answer says about itself, with %i as well', async (status, headers) => {
    const answer = await api.ask('/patterns', { origin: listed, ...headers })
    expect(answer.status).toBe(status)
    expect(answer.headers.get('access-control-allow-origin')).toBe(listed)
    expect(listIn(answer.headers, 'access-control-expose-headers')).toEqual(
      ['etag', 'retry-after', 'server-timing', 'x-request-id'].toSorted(),
    )
    expect(answer.headers.get('vary')).toContain('Origin')
  })

  it('may not if they are not', async () => {
    const response = await preflight('https://evil.example')
    expect(response.headers.get('access-control-allow-origin')).toBeNull()
  })
})

describe('the database role', () => {
  it.each([
    `insert into projection_checkpoints (projection, version, shard) values ('x', 1, 1)`,
    'update pattern_windows_v1_hour set uses = 0',
    'delete from total_windows_v1_hour',
    'truncate event_log_segments',
    'create table mine (x int)',
    `set default_transaction_read_only = off; delete from total_windows_v1_hour`,
    `begin read write; delete from pattern_catalogue_v1`,
  ])('cannot %s', async (statement) => {
    const client = await api.reader.connect()
    await expect(client.query(statement)).rejects.toThrow(/read-only transaction|permission denied/)
    client.release(true)
  })
})
