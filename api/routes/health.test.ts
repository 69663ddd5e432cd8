import { createPostgresEventLog } from '@patterns/event-log/postgres/postgresEventLog.ts'
import { eventAt, toAppend } from '@patterns/event-log/testing/newEvents.ts'
import { forgetShardStops, recordShardStop } from '@patterns/event-log/postgres/shardStops.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { drawMessages } from '../testing/drawMessages.ts'
import { startTestApi, type TestApi } from '../testing/startTestApi.ts'

const now = Date.UTC(2026, 3, 8, 10, 30)
const messages = drawMessages(50, now - 86_400_000, now, 4)
let api: TestApi

beforeAll(async () => {
  api = await startTestApi({ now })
  await api.seed(messages.map((message) => ({ ...message, shard: 0 })))
  await api.seed(messages.map((message) => ({ ...message, shard: 1 })))
})
afterAll(() => api?.stop())

/** Events that the log takes and no processor projects. */
const append = async (shard: number, count: number, recordedAt: number): Promise<void> => {
  const log = createPostgresEventLog({ pool: api.owner })
  const head = (await log.head(shard))!
  const events = Array.from({ length: count }, (_, i) =>
    eventAt(head.nextSourceOffset + i, { timestamp: recordedAt }),
  )
  await log.append({ shard, expected: head, ...toAppend({ events }) })
}

const stoodStill = (shard: number, seconds: number): Promise<unknown> =>
  api.owner.query(
    'update projection_checkpoints set updated_at = now() - make_interval(secs => $2) where shard = $1',
    [shard, seconds],
  )

/** Makes the last segment of a shard one that was appended so long ago. */
const waited = (shard: number, seconds: number): Promise<unknown> =>
  api.owner.query(
    `update event_log_segments set appended_at = now() - make_interval(secs => $2)
     where shard = $1 and first_position = (select max(first_position) from event_log_segments where shard = $1)`,
    [shard, seconds],
  )

const health = async () => {
  const { status, body } = await api.get('/health')
  expect(status).toBe(200)
  return { status: body.status, shards: body.components.projection.shards }
}

describe('/health tells which shards stopped', () => {
  it('and why, with the command, until they run again', async () => {
    const cause = { reason: 'lost_source', message: 'Lost. Run it.', command: 'npm run cli -- it' } as const
    await recordShardStop(api.owner, 1, cause)
    expect((await api.get('/health')).body).toMatchObject({
      status: 'degraded',
      components: {
        ingestion: {
          status: 'down',
          stopped: [{ shard: 1, ...cause, stopped_at: expect.stringMatching(/^20\d\d-.*Z$/) }],
        },
      },
    })
    // What it has is served.
    expect((await api.get('/readyz')).status).toBe(200)
    await forgetShardStops(api.owner, [1])
    expect((await api.get('/health')).body).toMatchObject({
      status: 'ok',
      components: { ingestion: { status: 'up', stopped: [] } },
    })
  })
})

describe('/health tells how events are placed', () => {
  it('as information: that some come in several partitions or with another key is no fault', async () => {
    const log = createPostgresEventLog({ pool: api.owner })
    const pattern = '0197a3b4-0000-4000-8000-000000000001'
    const { split_patterns: seeded } = (await api.get('/health')).body.components.placement
    await log.registerPatterns(0, [pattern])
    await log.splitPatterns(
      [pattern],
      () => false,
      async () => [],
    )
    const head = (await log.head(0))!
    await log.append({
      shard: 0,
      expected: head,
      ...toAppend({ keyMismatches: 3, nextSourceOffset: head.nextSourceOffset }),
    })
    expect((await api.get('/health')).body).toMatchObject({
      status: 'ok',
      components: { placement: { split_patterns: seeded + 1, key_mismatches: 3 } },
    })
  })
})

// Each goes on where the one before ended.
describe('/health tells how old the numbers are', () => {
  it('all is well, however long ago it was, while everything in the log is in the numbers', async () => {
    await stoodStill(1, 86_400)
    const time = expect.stringMatching(/^20\d\d-.*Z$/)
    const complete = {
      position: 50,
      log_position: 50,
      backlog_events: 0,
      behind_seconds: 0,
      last_appended_at: time,
      last_projected_at: time,
    }
    const { status, shards } = await health()
    expect({ status, shards }).toEqual({
      status: 'ok',
      shards: [
        { shard: 0, ...complete },
        { shard: 1, ...complete },
      ],
    })
    const [fresh, idle] = shards.map((shard: { last_projected_at: string }) =>
      Date.parse(shard.last_projected_at),
    )
    expect(Math.round((fresh - idle) / 86_400_000)).toBe(1)
  })

  it('an event that has just come to a shard that was idle is no delay', async () => {
    await append(1, 2, Date.now())
    const { status, shards } = await health()
    expect({ status, shards }).toMatchObject({
      status: 'ok',
      shards: [{ backlog_events: 0 }, { position: 50, log_position: 52, backlog_events: 2 }],
    })
    expect(shards[1].behind_seconds).toBeLessThan(10)
  })

  it('nor is one that is old by its broker’s clock', async () => {
    await append(0, 1, Date.now() - 3_600_000)
    expect((await health()).status).toBe('ok')
  })

  it('events that wait in the log for longer make it degraded', async () => {
    await waited(0, 60)
    await append(0, 1, Date.now())
    const { status, shards } = await health()
    expect(status).toBe('degraded')
    expect(shards[0]).toMatchObject({ backlog_events: 2 })
    expect(Math.round(shards[0].behind_seconds / 10)).toBe(6)
  })

  it('a shard that was never projected counts from its beginning', async () => {
    await createPostgresEventLog({ pool: api.owner }).open(2, 0)
    await append(2, 3, Date.now() - 3_600_000)
    expect((await health()).shards[2]).toMatchObject({
      shard: 2,
      position: 0,
      backlog_events: 3,
      last_projected_at: null,
    })
  })
})
