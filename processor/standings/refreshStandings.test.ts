import { servedVersion } from '@patterns/read-model/served.ts'
import { forgetShard } from '@patterns/read-model/writing/forgetShard.ts'
import { transaction } from '@patterns/shared/postgres/transaction.ts'
import type pg from 'pg'
import { beforeEach, describe, expect, it } from 'vitest'
import { createStandingsFixture } from '../testing/standingsFixture.ts'
import { readStandings, readStandingsCheckpoint } from '../testing/storedStandings.ts'
import { used } from '../testing/trendsFixture.ts'
import { refreshStandings } from './refreshStandings.ts'

const fixture = createStandingsFixture()
beforeEach(() => fixture.clear())

const hour = 3_600_000
const now = Date.UTC(2026, 3, 8, 10, 30)
const retry = '0197a3b4-0000-7000-8000-000000000001'
const breaker = '0197a3b4-0000-7000-8000-000000000002'
const use = (patternId: string, hoursAgo: number) => used(patternId, now - hoursAgo * hour).event

const usesIn24Hours = async (): Promise<Record<string, unknown>> => {
  const { whole } = await readStandings(fixture.pool)
  return Object.fromEntries(Object.entries(whole['24h']).map(([patternId, row]) => [patternId, row['uses']]))
}

/** A pool with a connection that is cut after so many statements; says whether it was. */
const cutAfter = (statements: number): { readonly pool: pg.Pool; readonly isCut: () => boolean } => {
  let sent = 0
  let isCut = false
  const cut = async (client: pg.PoolClient): Promise<void> => {
    isCut = true
    const { processID } = client as unknown as { readonly processID: number }
    await fixture.pool.query('select pg_terminate_backend($1, 10000)', [processID])
  }
  const connect = async () => {
    const client = await fixture.pool.connect()
    const query = async (config: pg.QueryConfig) => {
      if (sent++ === statements) await cut(client)
      return client.query(config)
    }
    return { query, release: (error?: Error) => client.release(error) }
  }
  return { pool: { connect } as unknown as pg.Pool, isCut: () => isCut }
}

/** A pool that does something else before a refresh moves its checkpoint. */
const beforeCheckpoint = (work: () => Promise<void>): pg.Pool => {
  const connect = async () => {
    const client = await fixture.pool.connect()
    const query = async (config: pg.QueryConfig | string) => {
      if (typeof config !== 'string' && config.text.startsWith('update projection_checkpoints')) await work()
      return client.query(config as pg.QueryConfig)
    }
    return { query, release: () => client.release() }
  }
  return { connect } as unknown as pg.Pool
}

const locksWaitedFor = async (): Promise<number> => {
  const { rows } = await fixture.pool.query<{ count: number }>(
    `select count(*) from pg_locks join pg_database on pg_database.oid = database
     where not granted and locktype = 'advisory' and datname = current_database()`,
  )
  return rows[0]!.count
}

describe('a refresh', () => {
  it('carries on the patterns of a shard that brings nothing more', async () => {
    await fixture.append(0, [use(retry, 20)])
    await fixture.append(1, [use(breaker, 2)])
    await refreshStandings(fixture.pool, now)
    expect(await usesIn24Hours()).toEqual({ [retry]: 1, [breaker]: 1 })
    await fixture.append(1, [use(breaker, -5)])
    await refreshStandings(fixture.pool, now + 5 * hour)
    expect(await usesIn24Hours()).toEqual({ [retry]: 0, [breaker]: 2 })
    await fixture.expectRecount()
  })

  it('that is cut off leaves what there was, wherever it was', async () => {
    await fixture.append(0, [use(retry, 30), use(retry, 3)])
    await refreshStandings(fixture.pool, now)
    const [standings, checkpoint] = [
      await readStandings(fixture.pool),
      await readStandingsCheckpoint(fixture.pool),
    ]
    // Late, new, and an hour that closes: a refresh that uses all there is.
    await fixture.append(0, [use(retry, 5), use(breaker, 1)])
    let statements = 0
    for (;;) {
      const { pool, isCut } = cutAfter(statements)
      const refreshed = await refreshStandings(pool, now + hour).catch((error: unknown) => error)
      if (!isCut()) break
      expect(refreshed).toBeInstanceOf(Error)
      expect(await readStandings(fixture.pool)).toEqual(standings)
      expect(await readStandingsCheckpoint(fixture.pool)).toEqual(checkpoint)
      statements += 3
    }
    expect(statements).toBeGreaterThan(20)
    expect(await usesIn24Hours()).toEqual({ [retry]: 2, [breaker]: 1 })
    await fixture.expectRecount()
  })

  it('does nothing while another processor is at it, and says how far things are', async () => {
    await fixture.append(0, [use(retry, 3)])
    const other = await fixture.pool.connect()
    try {
      await other.query('begin')
      // A refresh has the lock until its transaction ends.
      const slow = {
        connect: async () => ({
          query: (config: pg.QueryConfig | string) =>
            config === 'commit' || config === 'begin'
              ? Promise.resolve()
              : other.query(config as pg.QueryConfig),
          release: () => {},
        }),
      } as unknown as pg.Pool
      expect(await refreshStandings(slow, now)).toMatchObject({ outcome: 'refreshed', patterns: 1 })
      expect(await refreshStandings(fixture.pool, now)).toEqual({
        outcome: 'taken',
        patterns: 0,
        reached: { windows: new Map([[0, 1]]), standings: undefined },
      })
      await other.query('commit')
    } finally {
      other.release()
    }
    expect(await refreshStandings(fixture.pool, now)).toMatchObject({ outcome: 'current' })
    await fixture.expectRecount()
  })

  it('writes nothing if its checkpoint is deleted or moved meanwhile', async () => {
    await fixture.append(0, [use(retry, 3)])
    await refreshStandings(fixture.pool, now)
    await fixture.append(0, [use(retry, 2)])
    const standings = await readStandings(fixture.pool)
    for (const change of [
      `update projection_checkpoints set updated_at = now() where projection = 'pattern_standings'`,
      `delete from projection_checkpoints where projection = 'pattern_standings'`,
    ]) {
      let hasChanged = false
      const changing = beforeCheckpoint(async () => {
        await fixture.pool.query(change)
        hasChanged = true
      })
      expect(await refreshStandings(changing, now)).toEqual({
        outcome: 'taken',
        patterns: 0,
        reached: undefined,
      })
      expect(hasChanged).toBe(true)
      expect(await readStandings(fixture.pool)).toEqual(standings)
    }
    expect(await refreshStandings(fixture.pool, now)).toMatchObject({ outcome: 'refreshed' })
    await fixture.expectRecount()
  })

  it('ends before a shard is forgotten, and the next one leaves out the events of that shard', async () => {
    await fixture.append(0, [use(retry, 3)])
    await fixture.append(1, [use(breaker, 2), use(retry, 2)])
    let forgotten: Promise<void> | undefined
    const refreshing = beforeCheckpoint(async () => {
      forgotten = transaction(fixture.pool, (client) => forgetShard(client, servedVersion, 1))
      await expect.poll(locksWaitedFor).toBe(1)
    })
    expect(await refreshStandings(refreshing, now)).toMatchObject({ outcome: 'refreshed' })
    await forgotten
    expect(await readStandingsCheckpoint(fixture.pool)).toBeUndefined()
    expect(await refreshStandings(fixture.pool, now)).toMatchObject({ outcome: 'refreshed' })
    expect(await usesIn24Hours()).toEqual({ [retry]: 1 })
    await fixture.expectRecount()
  })
})
