import type { CatalogueEntry } from '@patterns/projections/catalogue.ts'
import { type Vector, vectorFromJson } from '../live/vector.ts'
import type { Segment } from '../windows/segments.ts'
import { type CatalogueRow, readEntry, rowExpression } from './catalogueRow.ts'
import { tables, vectorExpression } from './liveProjection.ts'
import type { ColumnSet } from './columnSets.ts'
import type { Queryable } from './queryable.ts'
import { type JsonRow, readRows, segmentParameters, selectRows, type WindowRow } from './windowRows.ts'

export interface PatternRead {
  readonly vector: Vector
  /** `undefined` where no event of the pattern was ever seen. */
  readonly entry: CatalogueEntry | undefined
  readonly windows: readonly WindowRow[]
}

/** Reads a pattern's catalogue entry and windows and the vector in one statement, so of one moment. */
export const readPattern = async (
  database: Queryable,
  patternId: string,
  segments: readonly Segment[],
  { name, columns }: ColumnSet,
): Promise<PatternRead> => {
  const { rows } = await database.query<{
    vector: Record<string, number>
    entries: CatalogueRow[] | null
    windows: JsonRow[] | null
  }>({
    name: `read_pattern_${name}`,
    text: `
select ${vectorExpression} as vector,
  (select json_agg(${rowExpression('entry')}) from ${tables.catalogue} entry where pattern_id = $1) as entries,
  (select json_agg(x) from (${selectRows(columns, { first: 2, where: 'w.pattern_id = $1' })}) as selected) as windows`,
    values: [patternId, ...segmentParameters(segments)],
  })
  const { vector, entries, windows } = rows[0]!
  return { vector: vectorFromJson(vector), entry: readEntry(entries), windows: readRows(windows, columns) }
}
