import { createPostgresEventLog } from '@patterns/event-log/postgres/postgresEventLog.ts'
import { recountStandings } from '@patterns/processor/testing/recountStandings.ts'
import { readStandings, readStandingsCheckpoint } from '@patterns/processor/testing/storedStandings.ts'
import { decodeRecord } from '@patterns/shared/contract/decodeRecord.ts'
import type { PatternEvent } from '@patterns/shared/contract/patternEvent.ts'
import { transaction } from '@patterns/shared/postgres/transaction.ts'
import type pg from 'pg'
import { expect } from 'vitest'
import { until } from './until.ts'

/** Resolves once the standings account for all that the windows do. A processor must run. */
export const untilStandingsFollow = (pool: pg.Pool): Promise<unknown> =>
  until('the standings account for what the windows do', async () => {
    const { rowCount } = await pool.query(
      `select from projection_checkpoints as windows
       left join projection_checkpoints as standings
         on standings.shard = windows.shard and standings.projection = 'pattern_standings'
       where windows.projection = 'pattern_windows' and standings.position is distinct from windows.position`,
    )
    return rowCount === 0 ? true : undefined
  })

const readEvents = async (pool: pg.Pool, vector: ReadonlyMap<number, number>): Promise<PatternEvent[]> => {
  const log = createPostgresEventLog({ pool })
  const events: PatternEvent[] = []
  for (const [shard, position] of vector)
    for await (const records of log.read(shard, 0))
      events.push(...records.filter((record) => record.position <= position).map(decodeRecord))
  return events
}

/** However far the standings are, each is what a recount of the log says up to there. */
export const expectStandings = async (pool: pg.Pool): Promise<void> => {
  const found = await transaction(pool, async (client) => {
    await client.query('set transaction isolation level repeatable read')
    return { checkpoint: await readStandingsCheckpoint(client), rows: await readStandings(client) }
  })
  const { vector, closedUntil } = found.checkpoint ?? { vector: new Map<number, number>(), closedUntil: 0 }
  expect(found.rows).toEqual(recountStandings(await readEvents(pool, vector), closedUntil))
}
