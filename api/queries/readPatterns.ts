import type { CatalogueEntry } from '@patterns/projections/catalogue.ts'
import { uuidArray } from '@patterns/shared/postgres/binaryArray.ts'
import { type Vector, vectorFromJson } from '@patterns/read-model/vector.ts'
import type { WindowRun } from '@patterns/projections/windowRuns.ts'
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
  windowRunParameters,
  selectWindows,
} from '@patterns/read-model/reading/selectWindows.ts'
import type { WindowRow } from '@patterns/read-model/windowRow.ts'

export interface PatternsRead {
  readonly vector: Vector
  /** By id; without those of which no event was ever seen. */
  readonly entries: ReadonlyMap<string, CatalogueEntry>
  /** By id. */
  readonly windows: ReadonlyMap<string, readonly WindowRow[]>
  /** The windows of trends, by id, if they were asked for. */
  readonly trendWindows: ReadonlyMap<string, readonly WindowRow[]>
}

/** Which windows to read, and what of each. */
export interface WindowsAsked {
  readonly runs: readonly WindowRun[]
  readonly columns: ColumnSet
}

const windowsOf = ({ columns: { columns } }: WindowsAsked, first: number): string =>
  `(select json_agg(x) from (${selectWindows(servedTables, columns, { first, where: 'w.pattern_id = any($1::uuid[])' })}) as selected)`

const byPattern = (
  rows: readonly WindowJson[] | null,
  asked: WindowsAsked | undefined,
): ReadonlyMap<string, readonly WindowRow[]> =>
  asked === undefined
    ? new Map()
    : Map.groupBy(windowsFromJson(rows, asked.columns.columns), (row) => row.patternId!)

/** Reads some patterns' catalogue entries and windows and the vector in one statement, so of one moment. */
export const readPatterns = async (
  database: Queryable,
  patternIds: readonly string[],
  asked: WindowsAsked,
  trendWindows?: WindowsAsked,
): Promise<PatternsRead> => {
  const { rows } = await database.query<{
    vector: Record<string, number>
    entries: [string, EntryJson][] | null
    windows: WindowJson[] | null
    trend_windows: WindowJson[] | null
  }>({
    name: `read_some_patterns_${[asked, ...(trendWindows ? [trendWindows] : [])].map(({ columns }) => columns.name).join('_')}`,
    text: `
select ${vectorExpression(servedProjections.windows)} as vector,
  (select json_agg(json_build_array(pattern_id, ${entryExpression('entry')}))
   from ${servedTables.catalogue} entry where pattern_id = any($1::uuid[])) as entries,
  ${windowsOf(asked, 2)} as windows, ${trendWindows ? windowsOf(trendWindows, 5) : 'null'} as trend_windows`,
    values: [
      uuidArray(patternIds),
      ...windowRunParameters(asked.runs),
      ...(trendWindows ? windowRunParameters(trendWindows.runs) : []),
    ],
  })
  const { vector, entries, windows, trend_windows: ofTrends } = rows[0]!
  return {
    vector: vectorFromJson(vector),
    entries: new Map(
      [...Map.groupBy(entries ?? [], ([id]) => id)].map(([id, ofOne]) => [
        id,
        entryFromRows(ofOne.map(([, row]) => row))!,
      ]),
    ),
    windows: byPattern(windows, asked),
    trendWindows: byPattern(ofTrends, trendWindows),
  }
}
