import { auditShard } from '@patterns/cli/log/auditShard.ts'
import { readDeadLetterOffsets, readDuplicates } from '@patterns/cli/log/readAccounts.ts'
import { readPositions } from '@patterns/cli/log/readShards.ts'
import { createPostgresEventLog } from '@patterns/event-log/postgres/postgresEventLog.ts'
import type pg from 'pg'
import { expect } from 'vitest'
import { expectStandings } from './expectStandings.ts'
import { recount } from './recount.ts'
import { readStoredTables } from './storedTables.ts'
import { differences } from './tables.ts'
import { until } from './until.ts'
import type { PipelineFixture } from './pipelineFixture.ts'

/** How far the shards are: all that was taken, and all of that which is in the windows. */
export interface Progress {
  /** By shard: the source offset that comes next. */
  readonly taken: ReadonlyMap<number, number>
  /** Messages taken by all shards together. */
  readonly messages: number
  /** Events in the log that are not in the windows yet. */
  readonly behind: number
}

export const readProgress = async (pool: pg.Pool): Promise<Progress> => {
  const { rows } = await pool.query<{ shard: number; next: number; messages: number; behind: number }>(
    `select heads.shard, next_source_offset as next, next_source_offset - first_source_offset as messages,
       heads.position - coalesce(checkpoints.position, 0) as behind
     from event_log_shards as heads left join projection_checkpoints as checkpoints
       on checkpoints.shard = heads.shard and projection = 'pattern_windows'`,
  )
  return {
    taken: new Map(rows.map(({ shard, next }) => [shard, next])),
    messages: rows.reduce((sum, { messages }) => sum + messages, 0),
    behind: rows.reduce((sum, { behind }) => sum + behind, 0),
  }
}

/** Resolves once every message that was sent is taken and in the windows. */
export const untilSettled = async (
  { pool, ledger }: PipelineFixture,
  {
    ends = ledger.ends(),
    withinMs = 120_000,
  }: { ends?: ReadonlyMap<number, number>; withinMs?: number } = {},
): Promise<void> => {
  await until(
    'all that was sent is in the windows',
    async () => {
      const progress = await readProgress(pool)
      const isTaken = [...ends].every(([shard, end]) => progress.taken.get(shard) === end)
      if (isTaken && progress.behind === 0) return true
      throw new Error(
        `expected ${JSON.stringify([...ends])}, ${progress.behind} behind at ${JSON.stringify([...progress.taken])}`,
      )
    },
    withinMs,
  )
}

const audit = async (pool: pg.Pool): Promise<string[]> => {
  const log = createPostgresEventLog({ pool })
  const faults: string[] = []
  for (const shard of await log.shards()) {
    const found = await auditShard({
      shard,
      head: (await log.head(shard))!,
      positions: await readPositions(log),
      records: log.read(shard, 0),
      duplicates: readDuplicates(pool, shard),
      deadLetters: readDeadLetterOffsets(pool, shard),
    })
    faults.push(...found.faults.map(({ sourceOffset, message }) => `${shard}:${sourceOffset} ${message}`))
  }
  return faults
}

/**
 * Every row of every table is what a recount of the sent messages gives, and every source offset is exactly
 * one of appended, duplicate, dead-lettered and no record. Standings may be behind, but account for what they say.
 */
export const expectExact = async (
  { pool, ledger, topic }: PipelineFixture,
  { ends = ledger.ends() }: { ends?: ReadonlyMap<number, number> } = {},
): Promise<void> => {
  expect(await audit(pool)).toEqual([])
  expect(differences(recount(ledger.sent, { topic, ends }), await readStoredTables(pool))).toEqual([])
  await expectStandings(pool)
}
