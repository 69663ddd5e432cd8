import { type CatalogueEntry, emptyEntry, type Reported } from '@patterns/projections/catalogue.ts'
import { uuidArray } from '@patterns/shared/postgres/binaryArray.ts'
import type { Queryable } from '@patterns/shared/postgres/queryable.ts'
import { catalogueColumns } from '../catalogueColumns.ts'
import { tablesOf } from '../tables.ts'

const reported = (value: unknown, at: Date | null, by: string | null): Reported<string> | null =>
  at === null ? null : { value: value as string, occurredAt: at.getTime(), eventId: by! }

/** Reads those of the given patterns' entries in a shard that exist. */
export const loadCatalogue = async (
  database: Queryable,
  version: number,
  shard: number,
  patternIds: readonly string[],
): Promise<[string, CatalogueEntry][]> => {
  const { rows } = await database.query({
    text: `select ${catalogueColumns.map(([name]) => name).join(', ')} from ${tablesOf(version).catalogue} where shard = $1 and pattern_id = any($2::uuid[])`,
    values: [shard, uuidArray(patternIds)],
  })
  return rows.map((row) => [
    row.pattern_id as string,
    {
      ...emptyEntry(),
      firstSeen: row.first_seen.getTime(),
      lastSeen: row.last_seen.getTime(),
      lastUsed: row.last_used?.getTime() ?? null,
      lastPosition: row.last_position,
      patternName: reported(row.pattern_name, row.pattern_name_said_at, row.pattern_name_said_by),
      patternType: reported(row.pattern_type, row.pattern_type_said_at, row.pattern_type_said_by),
      ...row.said,
    },
  ])
}
