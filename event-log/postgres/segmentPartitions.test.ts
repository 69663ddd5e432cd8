import { createPool } from '@patterns/shared/postgres/pool.ts'
import { describe, expect, it } from 'vitest'
import { events, idsOf, readAll } from '../testing/logFixture.ts'
import { createPostgresEventLog } from './postgresEventLog.ts'
import { createSegmentsFixture } from '../testing/segmentsFixture.ts'

const fixture = createSegmentsFixture()
const partition = 2 ** 24

/** A shard whose log has come so far, without the segments before. */
const givenShardAt = async (position: number) => {
  const shard = await fixture.newShard(0)
  await fixture.pool.query('update event_log_shards set position = $2 where shard = $1', [shard, position])
  return { shard, head: (await fixture.log.head(shard))! }
}

const partitions = async (): Promise<string[]> => {
  const { rows } = await fixture.pool.query<{ name: string }>(
    `select inhrelid::regclass::text as name from pg_inherits
     where inhparent = 'event_log_segments'::regclass order by 1`,
  )
  return rows.map(({ name }) => name)
}

const partitionsOf = async (shard: number): Promise<string[]> => {
  const { rows } = await fixture.pool.query<{ name: string }>(
    'select tableoid::regclass::text as name from event_log_segments where shard = $1 order by first_position',
    [shard],
  )
  return rows.map(({ name }) => name)
}

// Each goes on where the one before ended.
describe('the partitions of the log', () => {
  it('are as the migration made them while the log is short', async () => {
    await fixture.givenSegments(1, 2, 3)
    expect(await partitions()).toEqual(['event_log_segments_0'])
  })

  it('are made long before they are needed, by whoever comes first of several writers', async () => {
    const shards = await Promise.all([1, 2, 3].map((i) => givenShardAt(partition / 2 - i)))
    const results = await Promise.all(
      shards.map(({ shard, head }) =>
        createPostgresEventLog({ pool: fixture.pool }).append({
          shard,
          expected: head,
          ...events(0, 1, 2, 3),
        }),
      ),
    )
    expect(results.every(({ ok }) => ok)).toBe(true)
    expect(await partitions()).toEqual(['event_log_segments_0', 'event_log_segments_1'])
  })

  it('hold the segments that begin in them, and are read as one log', async () => {
    const { shard, head } = await givenShardAt(2 * partition - 3)
    const first = await fixture.log.append({ shard, expected: head, ...events(0, 1, 2, 3) })
    expect.assert(first.ok)
    expect(await fixture.log.append({ shard, expected: first.head, ...events(4, 5) })).toMatchObject({
      ok: true,
    })
    expect(await partitionsOf(shard)).toEqual(['event_log_segments_1', 'event_log_segments_2'])
    const positions = [-2, -1, 0, 1, 2, 3].map((i) => 2 * partition + i)
    const reader = createPool({
      connectionString: fixture.url,
      applicationName: 'test',
      access: 'reader',
      onIdleError: () => {},
    })
    const log = createPostgresEventLog({ pool: reader })
    expect((await readAll(log, shard, positions[0]! - 1)).map(({ position }) => position)).toEqual(positions)
    expect((await idsOf(log, shard, 3)).map(({ position }) => position)).toEqual(positions.slice(-3))
    expect(await log.positionBefore(shard, 2)).toBe(positions[1])
    await reader.end()
  })

  it('go one by one, the oldest first, without a row being deleted', async () => {
    const { shard, head } = await givenShardAt(2 * partition - 2)
    const first = await fixture.log.append({ shard, expected: head, ...events(0) })
    expect.assert(first.ok)
    expect(await fixture.log.append({ shard, expected: first.head, ...events(1, 2, 3) })).toMatchObject({
      ok: true,
    })
    await fixture.pool.query('drop table event_log_segments_0')
    const log = createPostgresEventLog({ pool: fixture.pool })
    expect(await readAll(log, shard, 2 * partition - 2)).toHaveLength(4)
    const next = await log.append({ shard, expected: (await log.head(shard))!, ...events(4) })
    expect(next).toMatchObject({ ok: true })
    expect(await readAll(log, shard, 2 * partition - 2)).toHaveLength(5)
  })
})
