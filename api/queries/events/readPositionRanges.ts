import type { Outcome } from '@patterns/shared/contract/patternEvent.ts'
import type { Range } from '../../values/range.ts'
import { type Vector, vectorFromJson } from '@patterns/read-model/vector.ts'
import {
  type EntryJson,
  entryFromRows,
  entryExpression,
} from '@patterns/read-model/reading/selectCatalogue.ts'
import { vectorExpression } from '@patterns/read-model/reading/readVector.ts'
import { servedProjections, servedTables } from '@patterns/read-model/served.ts'
import type { Queryable } from '@patterns/shared/postgres/queryable.ts'
import type { CatalogueEntry } from '@patterns/projections/catalogue.ts'
import type { HourPositions } from './stepBack.ts'

export interface PositionsRead {
  readonly vector: Vector
  /** `undefined` if no event of the pattern was ever seen. */
  readonly entry: CatalogueEntry | undefined
  /** For each shard, where the log holds the events behind each hour, in order of position. */
  readonly ranges: ReadonlyMap<number, readonly HourPositions[]>
}

/** The column that counts the uses with an outcome. */
const countOf: Readonly<Record<Outcome, string>> = {
  success: 'successes',
  partial_success: 'partial_successes',
  failure: 'failures',
  error: 'errors',
}

/**
 * Reads where the events behind a pattern's numbers of a range lie: each hour knows its first and last position. With an
 * outcome, only hours that have uses with it.
 */
export const readPositionRanges = async (
  database: Queryable,
  patternId: string,
  range: Range,
  outcome?: Outcome,
): Promise<PositionsRead> => {
  const counted = outcome === undefined ? 'uses' : countOf[outcome]
  const { rows } = await database.query<{
    vector: Record<string, number>
    entries: EntryJson[] | null
    ranges: Record<string, [first: number, last: number, events: number][]> | null
  }>({
    name: `read_position_ranges_${counted}`,
    text: `
select ${vectorExpression(servedProjections.windows)} as vector,
  (select json_agg(${entryExpression('entry')}) from ${servedTables.catalogue} entry where pattern_id = $1) as entries,
  (select json_object_agg(shard, ranges) from (
    select shard, json_agg(json_build_array(first_position, last_position, ${counted}) order by first_position) as ranges
    from ${servedTables.windows.hour}
    where pattern_id = $1 and window_start >= $2 and window_start < $3${outcome === undefined ? '' : ` and ${counted} > 0`}
    group by shard) as by_shard) as ranges`,
    values: [patternId, new Date(range.from), new Date(range.to)],
  })
  const { vector, entries, ranges } = rows[0]!
  return {
    vector: vectorFromJson(vector),
    entry: entryFromRows(entries),
    ranges: new Map(
      Object.entries(ranges ?? {}).map(([shard, hours]) => [
        Number(shard),
        hours.map(([first, last, events]) => ({ first, last, events })),
      ]),
    ),
  }
}

/** The positions that a vector covers. */
export const upTo = (
  vector: Vector,
  ranges: ReadonlyMap<number, readonly HourPositions[]>,
): ReadonlyMap<number, readonly HourPositions[]> =>
  new Map(
    [...ranges].map(([shard, ofShard]) => {
      const end = vector.get(shard) ?? 0
      const covered = ofShard.filter(({ first }) => first <= end)
      return [shard, covered.map((hour) => ({ ...hour, last: Math.min(hour.last, end) }))]
    }),
  )
