import type pg from 'pg'
import { MissingPositionsError } from '../missingPositions.ts'

/**
 * Whether the log has a position that a read did not find: it may have been appended since, or lie beyond the end. All
 * of one snapshot, so a hole is one for certain.
 * @throws MissingPositionsError if the log goes on beyond it without it
 */
export const hasPosition = async (
  pool: Pick<pg.Pool, 'query'>,
  shard: number,
  position: number,
): Promise<boolean> => {
  const { rows } = await pool.query<{ last: number; is_there: boolean | null; next: number | null }>({
    name: 'has_position',
    text: `
select position as last,
  (select first_position + event_count > $2 from event_log_segments
   where shard = $1 and first_position <= $2 order by first_position desc limit 1) as is_there,
  (select min(first_position) from event_log_segments where shard = $1 and first_position > $2) as next
from event_log_shards where shard = $1`,
    values: [shard, position],
  })
  const [found] = rows
  if (found?.is_there === true) return true
  if (found === undefined || found.last < position) return false
  throw new MissingPositionsError(shard, { first: position, last: (found.next ?? found.last + 1) - 1 })
}
