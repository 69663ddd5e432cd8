import type { CatalogueEntry } from '@patterns/projections/catalogue.ts'
import { uuidArray } from '@patterns/shared/postgres/binaryArray.ts'
import { type Vector, vectorFromJson } from '@patterns/read-model/vector.ts'
import type { Segment } from '@patterns/projections/segments.ts'
import {
  type EntryJson,
  entryFromRows,
  entryExpression,
} from '@patterns/read-model/reading/selectCatalogue.ts'
import type { ColumnSet } from './columnSets.ts'
import { vectorExpression } from '@patterns/read-model/reading/readVector.ts'
import { servedProjections, servedTables } from '@patterns/read-model/served.ts'
import type { Queryable } from '@patterns/shared/postgres/queryable.ts'
import {
  type WindowJson,
  windowsFromJson,
  segmentParameters,
  selectWindows,
} from '@patterns/read-model/reading/selectWindows.ts'
import type { WindowRow } from '@patterns/read-model/windowRow.ts'

export interface PatternsRead {
  readonly vector: Vector
  /** By id; without those of which no event was ever seen. */
  readonly entries: ReadonlyMap<string, CatalogueEntry>
  /** By id. */
  readonly windows: ReadonlyMap<string, readonly WindowRow[]>
}

/** Reads some patterns' catalogue entries and windows and the vector in one statement, so of one moment. */
export const readPatterns = async (
  database: Queryable,
  patternIds: readonly string[],
  segments: readonly Segment[],
  { name, columns }: ColumnSet,
): Promise<PatternsRead> => {
  const { rows } = await database.query<{
    vector: Record<string, number>
    entries: [string, EntryJson][] | null
    windows: WindowJson[] | null
  }>({
    name: `read_some_patterns_${name}`,
    text: `
select ${vectorExpression(servedProjections.windows)} as vector,
  (select json_agg(json_build_array(pattern_id, ${entryExpression('entry')}))
   from ${servedTables.catalogue} entry where pattern_id = any($1::uuid[])) as entries,
  (select json_agg(x) from (${selectWindows(servedTables, columns, { first: 2, where: 'w.pattern_id = any($1::uuid[])' })}) as selected) as windows`,
    values: [uuidArray(patternIds), ...segmentParameters(segments)],
  })
  const { vector, entries, windows } = rows[0]!
  return {
    vector: vectorFromJson(vector),
    entries: new Map(
      [...Map.groupBy(entries ?? [], ([id]) => id)].map(([id, ofOne]) => [
        id,
        entryFromRows(ofOne.map(([, row]) => row))!,
      ]),
    ),
    windows: Map.groupBy(windowsFromJson(windows, columns), (row) => row.patternId!),
  }
}
