import type { CatalogueEntry, Reported } from '@patterns/projections/catalogue.ts'
import { int8Array, textArray, timestamptzArray, uuidArray } from '@patterns/shared/postgres/binaryArray.ts'
import type { Queryable } from '@patterns/shared/postgres/queryable.ts'
import { catalogueColumns } from '../catalogueColumns.ts'
import { tablesOf } from '../tables.ts'

type Entries = readonly (readonly [patternId: string, entry: CatalogueEntry])[]

const columns = catalogueColumns.map(([name]) => name)

const reportedArrays = (reported: readonly (Reported<string> | null)[]): Buffer[] => [
  textArray(reported.map((one) => one?.value ?? null)),
  timestamptzArray(reported.map((one) => one?.occurredAt ?? null)),
  uuidArray(reported.map((one) => one?.eventId ?? null)),
]

/** The fields that only a registration sets, as one JSON object; null for the most of patterns that has none. */
const restOf = ({ description, tags, nodeType }: CatalogueEntry): string | null =>
  description === null && tags === null && nodeType === null
    ? null
    : JSON.stringify({ description, tags, nodeType })

/**
 * Writes whole entries, which must be sorted by pattern id, as windows are (`upsertWindows`). What only registrations say, which may
 * be long, goes along for those that were registered: for others what is stored stays as it is.
 */
export const upsertCatalogue = async (
  client: Queryable,
  version: number,
  shard: number,
  { entries, registered }: { readonly entries: Entries; readonly registered: ReadonlySet<string> },
): Promise<void> => {
  const table = tablesOf(version).catalogue
  const all = entries.map(([, entry]) => entry)
  await client.query({
    name: `upsert_catalogue_v${version}`,
    text: `
insert into ${table} (shard, ${columns.join(', ')})
select $1, ${columns.map((name) => (name === 'said' ? 'rows.said::jsonb' : `rows.${name}`)).join(', ')}
from unnest(${catalogueColumns.map(([, type], i) => `$${i + 2}::${type}[]`).join(', ')}) as rows (${columns.join(', ')})
on conflict (pattern_id, shard) do update set
  ${columns
    .slice(1)
    .map((name) =>
      name === 'said' ? `said = coalesce(excluded.said, ${table}.said)` : `${name} = excluded.${name}`,
    )
    .join(', ')}`,
    values: [
      shard,
      uuidArray(entries.map(([patternId]) => patternId)),
      timestamptzArray(all.map((entry) => entry.firstSeen)),
      timestamptzArray(all.map((entry) => entry.lastSeen)),
      timestamptzArray(all.map((entry) => entry.lastUsed)),
      int8Array(all.map((entry) => entry.lastPosition)),
      ...reportedArrays(all.map((entry) => entry.patternName)),
      ...reportedArrays(all.map((entry) => entry.patternType)),
      textArray(entries.map(([patternId, entry]) => (registered.has(patternId) ? restOf(entry) : null))),
    ],
  })
}
