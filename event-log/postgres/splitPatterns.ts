import { uuidArray } from '@patterns/shared/postgres/binaryArray.ts'
import { transaction } from '@patterns/shared/postgres/transaction.ts'
import type pg from 'pg'
import type { LogRecord } from '../eventLog.ts'
import type { PatternHomes } from '../patternHomes.ts'
import { claimLogged } from './claims.ts'
import { readRanges } from './readRanges.ts'
import { readSegments } from './readSegments.ts'

type Database = Pick<pg.Pool, 'query'>

interface Extent {
  readonly shard: number
  readonly position: number
}

/** The shards that patterns lie in which are not split yet, with how far their logs have come. */
const readExtents = async (database: Database, ids: Buffer, lock: '' | 'for update'): Promise<Extent[]> => {
  const { rows } = await database.query<Extent>(
    `select shard, position from event_log_shards
     where shard in (select unnest(shards) from pattern_homes where pattern_id = any($1::uuid[]) and not is_split)
     order by shard ${lock}`,
    [ids],
  )
  return rows
}

/**
 * Splits patterns. What their shards hold by now is read and claimed first, without a lock: these claims are true
 * whether or not the rest succeeds. Then, in one short transaction that holds the heads of those shards, the few events
 * that came meanwhile are claimed, the heads count the split, and the patterns are marked. Locks are taken in the
 * order patterns, heads, claims, and by their keys within each.
 */
export const splitPatterns = async (
  pool: pg.Pool,
  ...[patternIds, isTheirs, placesIn]: Parameters<PatternHomes['splitPatterns']>
): Promise<void> => {
  const ids = uuidArray(patternIds)
  const readTo = new Map<number, number>()
  for (const { shard, position } of await readExtents(pool, ids, '')) {
    for await (const page of readRanges(pool, shard, await placesIn(shard, position)))
      await claimLogged(pool, shard, page.filter(isTheirs))
    readTo.set(shard, position)
  }
  await transaction(pool, async (client) => {
    await client.query(
      'select from pattern_homes where pattern_id = any($1::uuid[]) and not is_split order by pattern_id for update',
      [ids],
    )
    const extents = await readExtents(client, ids, 'for update')
    for (const { shard } of extents) {
      // None if another process split them meanwhile: then there is nothing to do.
      const rest: LogRecord[] = []
      for await (const page of readSegments(client, shard, readTo.get(shard) ?? 0))
        rest.push(...page.filter(isTheirs))
      await claimLogged(client, shard, rest)
    }
    await client.query('update event_log_shards set splits = splits + 1 where shard = any($1::int4[])', [
      extents.map(({ shard }) => shard),
    ])
    await client.query('update pattern_homes set is_split = true where pattern_id = any($1::uuid[])', [ids])
  })
}
