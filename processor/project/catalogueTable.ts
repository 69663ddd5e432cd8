import { type CatalogueEntry, emptyEntry, type Said } from '@patterns/projections/catalogue.ts'
import { int8Array, textArray, timestamptzArray, uuidArray } from '@patterns/shared/postgres/binaryArray.ts'
import type pg from 'pg'

type Entries = readonly (readonly [patternId: string, entry: CatalogueEntry])[]

const columns = [
  'pattern_id',
  'first_seen',
  'last_seen',
  'last_used',
  'last_position',
  'pattern_name',
  'pattern_name_said_at',
  'pattern_name_said_by',
  'pattern_type',
  'pattern_type_said_at',
  'pattern_type_said_by',
  'said',
]
const types = [
  'uuid',
  'timestamptz',
  'timestamptz',
  'timestamptz',
  'int8',
  'text',
  'timestamptz',
  'uuid',
  'text',
  'timestamptz',
  'uuid',
  'text',
]

const saidArrays = (said: readonly (Said<string> | null)[]): Buffer[] => [
  textArray(said.map((one) => one?.value ?? null)),
  timestamptzArray(said.map((one) => one?.occurredAt ?? null)),
  uuidArray(said.map((one) => one?.eventId ?? null)),
]

/** The fields that only a registration sets, as one JSON object; null for the most of patterns that has none. */
const restOf = ({ description, tags, nodeType }: CatalogueEntry): string | null =>
  description === null && tags === null && nodeType === null
    ? null
    : JSON.stringify({ description, tags, nodeType })

/**
 * Writes whole entries, which must be sorted by pattern id, as windows are (`upsertWindows`). What only registrations say, which may
 * be long, goes along for those that were registered: for others what is stored stays as it is, where it is.
 */
export const upsertCatalogue = async (
  client: pg.ClientBase,
  version: number,
  shard: number,
  { entries, registered }: { readonly entries: Entries; readonly registered: ReadonlySet<string> },
): Promise<void> => {
  const all = entries.map(([, entry]) => entry)
  await client.query({
    name: `upsert_catalogue_v${version}`,
    text: `
insert into pattern_catalogue_v${version} (shard, ${columns.join(', ')})
select $1, ${columns.map((name) => (name === 'said' ? 'rows.said::jsonb' : `rows.${name}`)).join(', ')}
from unnest(${types.map((type, i) => `$${i + 2}::${type}[]`).join(', ')}) as rows (${columns.join(', ')})
on conflict (pattern_id, shard) do update set
  ${columns
    .slice(1)
    .map((name) =>
      name === 'said'
        ? `said = coalesce(excluded.said, pattern_catalogue_v${version}.said)`
        : `${name} = excluded.${name}`,
    )
    .join(', ')}`,
    values: [
      shard,
      uuidArray(entries.map(([patternId]) => patternId)),
      timestamptzArray(all.map((entry) => entry.firstSeen)),
      timestamptzArray(all.map((entry) => entry.lastSeen)),
      timestamptzArray(all.map((entry) => entry.lastUsed)),
      int8Array(all.map((entry) => entry.lastPosition)),
      ...saidArrays(all.map((entry) => entry.patternName)),
      ...saidArrays(all.map((entry) => entry.patternType)),
      textArray(entries.map(([patternId, entry]) => (registered.has(patternId) ? restOf(entry) : null))),
    ],
  })
}

const said = (value: unknown, at: Date | null, by: string | null): Said<string> | null =>
  at === null ? null : { value: value as string, occurredAt: at.getTime(), eventId: by! }

/** Reads those of the given patterns' entries that exist. */
export const loadCatalogue = async (
  client: pg.ClientBase | pg.Pool,
  version: number,
  shard: number,
  patternIds: readonly string[],
): Promise<[string, CatalogueEntry][]> => {
  const { rows } = await client.query(
    `select ${columns.join(', ')} from pattern_catalogue_v${version} where shard = $1 and pattern_id = any($2::uuid[])`,
    [shard, uuidArray(patternIds)],
  )
  return rows.map((row) => [
    row.pattern_id as string,
    {
      ...emptyEntry(),
      firstSeen: row.first_seen.getTime(),
      lastSeen: row.last_seen.getTime(),
      lastUsed: row.last_used?.getTime() ?? null,
      lastPosition: row.last_position,
      patternName: said(row.pattern_name, row.pattern_name_said_at, row.pattern_name_said_by),
      patternType: said(row.pattern_type, row.pattern_type_said_at, row.pattern_type_said_by),
      ...row.said,
    },
  ])
}
