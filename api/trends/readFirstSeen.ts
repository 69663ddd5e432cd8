import { servedTables } from '@patterns/read-model/served.ts'
import type { Queryable } from '@patterns/shared/postgres/queryable.ts'

/** When each pattern was first seen, epoch milliseconds: of all patterns, or of some. */
export const readFirstSeen = async (
  database: Queryable,
  patternIds?: readonly string[],
): Promise<ReadonlyMap<string, number>> => {
  const isAll = patternIds === undefined
  const { rows } = await database.query<{ seen: [string, number][] | null }>({
    name: isAll ? 'read_first_seen' : 'read_first_seen_of',
    text: `
select json_agg(json_build_array(pattern_id, extract(epoch from first_seen)::float8 * 1000)) as seen
from (
  select pattern_id, min(first_seen) as first_seen from ${servedTables.catalogue}
  ${isAll ? '' : 'where pattern_id = any($1::uuid[])'}
  group by pattern_id
) as patterns`,
    values: isAll ? [] : [patternIds],
  })
  return new Map(rows[0]!.seen)
}
