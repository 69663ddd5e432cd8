import {
  type CatalogueEntry,
  emptyEntry,
  mergeEntry,
  type Reported,
} from '@patterns/projections/catalogue.ts'
import type { Tables } from '../tables.ts'

/** The value of the event with the greatest (occurred_at, event_id), of all shards that have one. */
const lastSaid = (column: string): string =>
  `(array_agg(${column} order by ${column}_said_at desc, ${column}_said_by desc)
     filter (where ${column}_said_at is not null))[1] as ${column}`

/** Selects each pattern once, of whatever shards: its name, and when it was seen, merged as by `mergeEntry`. */
export const mergedCatalogue = ({ catalogue }: Pick<Tables, 'catalogue'>, where = 'true'): string => `
select pattern_id, ${['pattern_name', 'pattern_type'].map(lastSaid).join(', ')},
  min(first_seen) as first_seen, max(last_seen) as last_seen, max(last_used) as last_used
from ${catalogue} where ${where} group by pattern_id`

/** The columns of a catalogue row as JSON fields, times in epoch milliseconds. */
const epoch = (column: string): string => `extract(epoch from ${column})::float8 * 1000`

/** A row of the catalogue as a JSON array, in the order of `entryFromJson`. */
export const entryExpression = (alias: string): string => `json_build_array(
  ${['first_seen', 'last_seen', 'last_used'].map((column) => epoch(`${alias}.${column}`)).join(', ')},
  ${['pattern_name', 'pattern_type'].map((name) => `${alias}.${name}, ${epoch(`${alias}.${name}_said_at`)}, ${alias}.${name}_said_by`).join(', ')},
  ${alias}.said)`

type Time = number | null

export type EntryJson = readonly [
  firstSeen: Time,
  lastSeen: Time,
  lastUsed: Time,
  name: string | null,
  nameAt: Time,
  nameBy: string | null,
  type: string | null,
  typeAt: Time,
  typeBy: string | null,
  said: Partial<Pick<CatalogueEntry, 'description' | 'tags' | 'nodeType'>> | null,
]

const reported = (value: string | null, at: Time, by: string | null): Reported<string> | null =>
  at === null ? null : { value: value!, occurredAt: at, eventId: by! }

/** The entry in a row. Rows of one pattern in several shards are to be merged. */
export const entryFromJson = (row: EntryJson): CatalogueEntry => ({
  ...emptyEntry(),
  firstSeen: row[0],
  lastSeen: row[1],
  lastUsed: row[2],
  patternName: reported(row[3], row[4], row[5]),
  patternType: reported(row[6], row[7], row[8]),
  ...row[9],
})

/** The rows of one pattern's shards as one entry; `undefined` if there are none. */
export const entryFromRows = (rows: readonly EntryJson[] | null): CatalogueEntry | undefined => {
  if (rows === null || rows.length === 0) return undefined
  const entry = emptyEntry()
  for (const row of rows) mergeEntry(entry, entryFromJson(row))
  return entry
}
