import { timeLimits } from '@patterns/shared/postgres/timeLimits.ts'
import { type Proxy, startProxy, throughProxy } from '@patterns/testing/proxy.ts'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { drawMessages } from '../testing/drawMessages.ts'
import { type Answer, startTestApi, type TestApi } from '../testing/startTestApi.ts'

const now = Date.UTC(2026, 3, 8, 10, 30)
let api: TestApi
let proxy: Proxy

beforeAll(async () => {
  api = await startTestApi({
    now,
    limits: { ...timeLimits.api, silenceMs: 1_500, connectMs: 1_500 },
    async wayToDatabase(url) {
      const { hostname, port } = new URL(url)
      proxy = await startProxy({ host: hostname, port: Number(port) })
      return throughProxy(url, proxy)
    },
  })
  await api.seed(drawMessages(100, now - 86_400_000, now, 4))
})
afterAll(async () => {
  await api?.stop()
  await proxy?.cut()
})

/** Asks until the answer passes; the test's time limit ends it. */
const until = async (ask: () => Promise<Answer>, passes: (answer: Answer) => boolean): Promise<Answer> => {
  for (;;) {
    const answer = await ask()
    if (passes(answer)) return answer
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

describe('a database that goes away', () => {
  it('makes readiness red and answers 503, leaves the process alive, and is found again', async () => {
    const before = await api.ask('/dashboard-summary')
    expect(before.status).toBe(200)
    expect((await api.get('/readyz')).body).toEqual({ status: 'ready' })

    await proxy.cut()
    const down = await until(
      () => api.get('/readyz'),
      ({ status }) => status === 503,
    )
    expect(down.body.status).toBe('not_ready')
    expect((await api.get('/livez')).status).toBe(200)
    expect((await api.get('/health')).body).toMatchObject({
      status: 'down',
      components: {
        database: { status: 'down', latency_ms: null },
        notifications: { status: 'down' },
        placement: { split_patterns: null, key_mismatches: null },
      },
    })
    for (const path of ['/dashboard-summary', '/time-series', '/patterns']) {
      // What is cached may be answered for a second more.
      const refused = await until(
        () => api.ask(path),
        ({ status }) => status !== 200,
      )
      expect(refused.status, refused.text).toBe(503)
      expect(refused.body.code).toBe('DATABASE_ERROR')
      expect(refused.headers.get('retry-after')).toBe('1')
      expect(refused.text).not.toMatch(/127\.0\.0\.1|ECONN|postgres/)
    }

    await proxy.restore()
    await until(
      () => api.get('/readyz'),
      ({ status }) => status === 200,
    )
    await api.seed(drawMessages(10, now - 86_400_000, now, 5))
    const total = (await api.owner.query('select sum(uses)::int8 as uses from total_windows_v1_hour')).rows[0]
      .uses
    const after = await until(
      () => api.ask('/dashboard-summary?time_range=7d'),
      ({ status, body }) => status === 200 && body.usage_count === total,
    )
    expect(after.body.usage_count).toBeGreaterThan(before.body.usage_count)
    await until(
      () => api.get('/health'),
      ({ body }) => body.status === 'ok',
    )
  })
})

describe('a database that falls silent', () => {
  const paths = ['/dashboard-summary', '/time-series', '/patterns', '/trends']
  /** Once it is answered by more than what is known already. */
  const refusalOf = (path: string) =>
    until(
      () => api.ask(path),
      ({ status }) => status !== 200,
    )

  it('is said to be down, and no answer hangs: all are 503 until new connections pass', async () => {
    for (const path of paths) expect((await api.ask(path)).status).toBe(200)
    proxy.swallow()
    const refusals = await Promise.all(paths.map(refusalOf))
    for (const { status, text, body, headers } of refusals) {
      expect(status, text).toBe(503)
      expect(body.code).toBe('DATABASE_ERROR')
      expect(headers.get('retry-after')).toBe('1')
    }
    const health = await until(
      () => api.get('/health'),
      ({ body }) => body.components.notifications.status === 'down',
    )
    expect(health.status).toBe(503)
    expect(health.body).toMatchObject({ status: 'down', components: { database: { status: 'down' } } })
    expect((await api.get('/readyz')).status).toBe(503)

    // The connections of before stay as they are, as after a failover.
    proxy.pass()
    await until(
      () => api.get('/health'),
      ({ body }) => body.status === 'ok',
    )
    for (const path of paths) {
      await until(
        () => api.ask(path),
        ({ status }) => status === 200,
      )
    }
  })

  it('is listened to on a new connection, though nothing was ever asked on the old one', async () => {
    const listening = async (): Promise<number[]> => {
      const { rows } = await api.owner.query<{ pid: number }>(
        `select pid from pg_stat_activity
         where application_name = 'test reader' and query like 'listen%' and datname = current_database()`,
      )
      return rows.map(({ pid }) => pid)
    }
    const before = await listening()
    proxy.swallow()
    proxy.pass()
    await vi.waitFor(
      async () => expect((await listening()).some((pid) => !before.includes(pid))).toBe(true),
      { timeout: 30_000 },
    )
    await until(
      () => api.get('/health'),
      ({ body }) => body.status === 'ok',
    )
  })
})

describe('a statement that takes too long', () => {
  it('is a 504 that says so, and no more', async () => {
    await api.reader.query('select 1')
    const blocker = await api.owner.connect()
    await blocker.query(
      'begin; lock table pattern_windows_v1_hour, pattern_windows_v1_day, pattern_windows_v1_week in access exclusive mode',
    )
    try {
      const path = `/patterns/0197a3b4-0000-7000-8000-000000000001?time_range=90d`
      // Each connection of the pool gets the time limit that the process itself sets.
      await Promise.all(Array.from({ length: 8 }, () => api.reader.query('set statement_timeout = 200')))
      const answer = await api.ask(path)
      expect(answer.status, answer.text).toBe(504)
      expect(answer.body.code).toBe('TIMEOUT')
      expect(answer.text).not.toMatch(/statement|canceling|57014/)
    } finally {
      await blocker.query('rollback')
      blocker.release()
    }
  })
})
