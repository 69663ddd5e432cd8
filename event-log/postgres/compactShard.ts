import type pg from 'pg'
import { chooseRuns, type Extent } from './chooseRuns.ts'
import { mergeSegments } from './mergeSegments.ts'

/** Segments looked at in one query; more than the longest run, so that none is cut at both ends. */
const segmentsPerQuery = 1_000

/**
 * What comes after the segments that were looked at before, up to the last minute: in the order of positions, which is
 * that of time as well. The newest are left alone: their minute may get more, and readers want just those.
 */
const statement = `
select first_position, event_count, extract(epoch from date_trunc('minute', appended_at))::int8 as minute,
  appended_at < date_trunc('minute', now()) - interval '1 minute' as is_over
from event_log_segments
where shard = $1 and first_position > $2
order by first_position
limit ${segmentsPerQuery}`

const readCompacted = async (pool: pg.Pool, shard: number): Promise<number> => {
  const { rows } = await pool.query<{ position: number }>(
    'select compacted_position as position from event_log_shards where shard = $1',
    [shard],
  )
  return rows[0]?.position ?? 0
}

const noteCompacted = (pool: pg.Pool, shard: number, position: number): Promise<unknown> =>
  pool.query(
    'update event_log_shards set compacted_position = greatest(compacted_position, $2) where shard = $1',
    [shard, position],
  )

/**
 * Merges the small segments of a shard that no round before this one has looked at, and remembers how far it came: a
 * minute that is over stays as it is, so what a round costs does not grow with the log.
 * @returns how many segments went into others
 */
export const compactShard = async (
  pool: pg.Pool,
  shard: number,
  isStopped: () => boolean = () => false,
): Promise<number> => {
  let merged = 0
  for (let after = await readCompacted(pool, shard); ;) {
    const { rows } = await pool.query<Extent & { is_over: boolean }>(statement, [shard, after])
    const end = rows.findIndex((row) => !row.is_over)
    const over = end === -1 ? rows : rows.slice(0, end)
    const isLast = over.length < segmentsPerQuery
    const runs = chooseRuns(over)
    // What ends a full page may belong together with what follows.
    const cut = isLast ? undefined : (runs.at(-1)?.includes(over.at(-1)!) ? runs.pop() : over.slice(-1))?.[0]
    for (const run of runs) {
      if (isStopped()) return merged
      const positions = run.map(({ first_position }) => first_position)
      if (await mergeSegments(pool, shard, positions)) merged += run.length
    }
    after = cut === undefined ? (over.at(-1)?.first_position ?? after) : cut.first_position - 1
    if (over.length > 0) await noteCompacted(pool, shard, after)
    if (isLast || isStopped()) return merged
  }
}
