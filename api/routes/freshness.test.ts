import { granularities } from '@patterns/projections/window.ts'
import { once } from 'node:events'
import { createPostgresEventLog } from '@patterns/event-log/postgres/postgresEventLog.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { drawMessages, patternIds } from '../testing/drawMessages.ts'
import { expectProblem } from '../testing/expectProblem.ts'
import { afterLast } from '../testing/recount.ts'
import { startTestApi, type TestApi } from '../testing/startTestApi.ts'

const now = Date.UTC(2026, 3, 8, 10, 30)
const hour = 3_600_000
let api: TestApi

beforeAll(async () => {
  api = await startTestApi({ now })
  await api.seed(drawMessages(50, now - 48 * hour, now, 9))
})
afterAll(() => api?.stop())

const use = (occurredAt: number, patternId: string = patternIds[0]) => ({
  body: {
    type: 'pattern.used',
    pattern_id: patternId,
    occurred_at: new Date(occurredAt).toISOString(),
    outcome: 'success',
  },
})

/** Asks until the answer passes; the test's time limit ends it. */
const until = async <Value>(ask: () => Promise<Value>, passes: (value: Value) => boolean): Promise<Value> => {
  for (;;) {
    const value = await ask()
    if (passes(value)) return value
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

describe('what was just written', () => {
  it('is seen by a request `after` it, in lists and in series', async () => {
    for (let i = 0; i < 10; i++) {
      const paths = [
        '/dashboard-summary',
        '/usage-stats',
        `/patterns/${patternIds[0]}`,
        '/time-series',
        '/patterns',
      ]
      const before = await Promise.all(paths.map((path) => api.ask(path)))
      const after = afterLast(await api.seed([use(now - i)]))
      const [shard, offset] = after.split(':')
      for (const [j, path] of paths.entries()) {
        const answer = await api.ask(`${path}${path.includes('?') ? '&' : '?'}after=${after}`)
        expect(answer.status, answer.text).toBe(200)
        expect(answer.body.as_of[shard!]).toBeGreaterThan(before[j]!.body.as_of[shard!])
        expect(answer.body.as_of[shard!]).toBeGreaterThanOrEqual(Number(offset) + 1)
      }
    }
  })

  it('is seen within a second by any request', async () => {
    const before = (await api.ask('/dashboard-summary')).body.usage_count
    const written = performance.now()
    await api.seed([use(now)])
    await until(
      async () => (await api.ask('/dashboard-summary')).body.usage_count,
      (total) => total === before + 1,
    )
    expect(performance.now() - written).toBeLessThan(2_000)
  })

  it('changes the ETag', async () => {
    const first = await api.ask('/time-series')
    const after = afterLast(await api.seed([use(now)]))
    const second = await api.ask(`/time-series?after=${after}`, {
      'if-none-match': first.headers.get('etag')!,
    })
    expect(second.status).toBe(200)
    expect(second.headers.get('etag')).not.toBe(first.headers.get('etag'))
  })

  it('on a quiet topic into a settled window restates it, in lists as well; a history that comes in one go does not', async () => {
    const path = '/usage-stats?granularity=hour&time_range=7d'
    const occurredAt = now - 5 * 24 * hour
    /** Two events of five days ago, in a shard that gets nothing else. */
    const cameAt = (...times: readonly number[]) =>
      times.map((recordedAt) => ({ ...use(occurredAt, patternIds[1]), shard: 5, recordedAt }))
    const ask = async (after: string) => {
      const { patterns } = (await api.ask(`${path}&after=${after}`)).body
      const pattern = patterns.find(({ pattern_id }: { pattern_id: string }) => pattern_id === patternIds[1])
      const start = new Date(Math.floor(occurredAt / hour) * hour).toISOString()
      const period = pattern.periods.find(
        ({ period_start }: { period_start: string }) => period_start === start,
      )
      return { period, pattern }
    }
    const first = await ask(afterLast(await api.seed(cameAt(now - 5 * hour, now - 4 * hour))))
    expect(first.period).toMatchObject({ usage_count: 2, status: 'settled' })
    const second = await ask(afterLast(await api.seed(cameAt(now - 60_000))))
    expect(second.period).toMatchObject({ usage_count: 3, status: 'restated' })
    expect(second.pattern.usage_count).toBe(first.pattern.usage_count + 1)
    expect(second.pattern.periods.at(-1).status).toBe('open')
    expect(second.pattern.periods.map(({ status }: { status: string }) => status)).toContain('settled')
  })
})

describe('`after` a message', () => {
  it('that never comes is a 503 that says when to come again', async () => {
    const answer = await api.ask('/patterns?after=0:999999')
    expect(answer.status).toBe(503)
    expect(answer.body.code).toBe('TIMEOUT')
    expect(answer.headers.get('retry-after')).toBe('1')
  })

  it('of a shard that the log does not have is refused at once, with those that it has', async () => {
    const asked = performance.now()
    const answer = await api.ask('/patterns?after=77:0')
    expect(performance.now() - asked).toBeLessThan(1_000)
    expectProblem(answer, 422, 'UNPROCESSABLE_INPUT', ['after'])
    const shards = await createPostgresEventLog({ pool: api.owner }).shards()
    expect(answer.body.detail).toBe(
      `after must name a shard that the log has (${shards.join(', ')}); it has no shard 77`,
    )
  })

  it('of a shard that was opened and is empty yet is waited for', async () => {
    const shard = 9
    await createPostgresEventLog({ pool: api.owner }).open(shard, 0)
    expect((await api.ask(`/patterns?after=${shard}:0`)).status).toBe(503)
  })

  it('is waited for if nothing has opened a shard yet', async () => {
    const empty = await startTestApi({ now })
    expect((await empty.ask('/patterns?after=0:0')).status).toBe(503)
    await empty.stop()
  })

  it('that comes while it is waited for is answered then', async () => {
    const [seeded] = await api.seed([use(now)])
    const waiting = api.ask(`/patterns/${patternIds[0]}?after=${seeded!.shard}:${seeded!.sourceOffset + 1}`)
    await api.seed([use(now)])
    const answer = await waiting
    expect(answer.status, answer.text).toBe(200)
    expect(answer.body.as_of[0]).toBe(seeded!.position + 1)
  })
})

describe('a lost listening connection', () => {
  it('is made again, and nothing is missed meanwhile', async () => {
    const killed = await api.owner.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where application_name = 'test reader' and query like 'listen%' and datname = current_database()`,
    )
    expect(killed.rowCount).toBe(1)
    const after = afterLast(await api.seed([use(now)]))
    const answer = await api.ask(`/dashboard-summary?after=${after}`)
    expect(answer.status, answer.text).toBe(200)
    const health = await until(
      async () => (await api.get('/health')).body,
      ({ status }) => status === 'ok',
    )
    expect(health.components.notifications.status).toBe('up')
  })
})

describe('a projection that stepped back', () => {
  it('is read again from the beginning', async () => {
    await api.ask('/dashboard-summary')
    await api.owner.query(
      `truncate ${granularities.map((size) => `pattern_windows_v1_${size}, total_windows_v1_${size}`).join(', ')},
         pattern_catalogue_v1, projection_checkpoints, event_log_shards, event_log_segments`,
    )
    const seeded = await api.seed([use(now), use(now - hour)])
    const { body } = await until(
      () => api.ask(`/dashboard-summary`),
      (answer) => answer.body?.as_of?.[0] === seeded.at(-1)!.position,
    )
    expect(body).toMatchObject({ total_patterns: 1, usage_count: 2 })
  })
})

describe('the process', () => {
  it('ends every connection when it stops', async () => {
    const other = await startTestApi({ now })
    await other.ask('/dashboard-summary')
    const removed = once(other.reader, 'remove')
    await other.stop()
    await removed
    expect(other.reader.totalCount).toBe(0)
  })
})
