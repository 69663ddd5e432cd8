import type { Range } from '../conventions/range.ts'
import { type Vector, vectorFromJson } from '../live/vector.ts'
import { type CatalogueRow, readEntry, rowExpression } from '../read/catalogueRow.ts'
import { tables, vectorExpression } from '../read/liveProjection.ts'
import type { Queryable } from '../read/queryable.ts'
import type { CatalogueEntry } from '@patterns/projections/catalogue.ts'

/** Positions of one shard's log, both ends inclusive. */
export interface PositionRange {
  readonly first: number
  readonly last: number
}

export interface PositionsRead {
  readonly vector: Vector
  /** `undefined` where no event of the pattern was ever seen. */
  readonly entry: CatalogueEntry | undefined
  /** For each shard, where the log holds the events behind each hour, in order of position. */
  readonly ranges: ReadonlyMap<number, readonly PositionRange[]>
}

/** Reads where the events behind a pattern's numbers of a range lie: each hour knows its first and last position. */
export const readPositionRanges = async (
  database: Queryable,
  patternId: string,
  range: Range,
): Promise<PositionsRead> => {
  const { rows } = await database.query<{
    vector: Record<string, number>
    entries: CatalogueRow[] | null
    ranges: Record<string, [number, number][]> | null
  }>({
    name: 'read_position_ranges',
    text: `
select ${vectorExpression} as vector,
  (select json_agg(${rowExpression('entry')}) from ${tables.catalogue} entry where pattern_id = $1) as entries,
  (select json_object_agg(shard, ranges) from (
    select shard, json_agg(json_build_array(first_position, last_position) order by first_position) as ranges
    from ${tables.hour}
    where granularity = 'hour' and pattern_id = $1 and window_start >= $2 and window_start < $3
    group by shard) as by_shard) as ranges`,
    values: [patternId, new Date(range.from), new Date(range.to)],
  })
  const { vector, entries, ranges } = rows[0]!
  return {
    vector: vectorFromJson(vector),
    entry: readEntry(entries),
    ranges: new Map(
      Object.entries(ranges ?? {}).map(([shard, pairs]) => [
        Number(shard),
        pairs.map(([first, last]) => ({ first, last })),
      ]),
    ),
  }
}

/** The positions that a vector covers. */
export const upTo = (
  vector: Vector,
  ranges: ReadonlyMap<number, readonly PositionRange[]>,
): ReadonlyMap<number, readonly PositionRange[]> =>
  new Map(
    [...ranges].map(([shard, ofShard]) => {
      const end = vector.get(shard) ?? 0
      const covered = ofShard.filter(({ first }) => first <= end)
      return [shard, covered.map(({ first, last }) => ({ first, last: Math.min(last, end) }))]
    }),
  )
