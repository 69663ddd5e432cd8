import type { Queryable } from '@patterns/shared/postgres/queryable.ts'
import { servedTables } from '@patterns/read-model/served.ts'
import { standingSpans } from '@patterns/projections/standings/standingRange.ts'
import { textArray, uuidArray } from '@patterns/shared/postgres/binaryArray.ts'
import { summedMeasures } from './summedMeasures.ts'

const patternsPerStatement = 1_000

const known = ['pattern_name', 'pattern_type', 'first_seen', 'last_seen', 'last_used']
const written = [...known, ...summedMeasures]

/** Of all shards that say it, what the event with the greatest (occurred_at, event_id) said. */
const lastSaid = (column: string): string =>
  `(array_agg(${column} order by ${column}_said_at desc, ${column}_said_by desc)
     filter (where ${column}_said_at is not null))[1]`

const text = `
insert into ${servedTables.openStandings} as kept (pattern_id, ${written.join(', ')})
select pattern_id, ${known.join(', ')}, sums.*
from (
  select pattern_id, ${lastSaid('pattern_name')} as pattern_name, ${lastSaid('pattern_type')} as pattern_type,
    min(first_seen) as first_seen, max(last_seen) as last_seen, max(last_used) as last_used
  from ${servedTables.catalogue} where pattern_id = any($1::uuid[])
  group by pattern_id
) as catalogue
cross join lateral (
  select ${summedMeasures.map((measure) => `coalesce(sum(${measure}), 0)::bigint`).join(', ')}
  from ${servedTables.windows.hour} as windows
  where windows.pattern_id = catalogue.pattern_id and window_start >= $2 and window_start < $3
) as sums
on conflict (pattern_id) do update set
  ${written.map((name) => `${name} = excluded.${name}`).join(', ')},
  search_name = case when kept.pattern_name = excluded.pattern_name then kept.search_name end
where (${written.map((name) => `kept.${name}`).join(', ')})
  is distinct from (${written.map((name) => `excluded.${name}`).join(', ')})`

/** Writes what some patterns are called, and their sums over the open hours. */
export const writeOpenStandings = async (
  client: Queryable,
  closedUntil: number,
  patternIds: readonly string[],
): Promise<void> => {
  const { open } = standingSpans('24h', closedUntil)
  for (let i = 0; i < patternIds.length; i += patternsPerStatement)
    await client.query({
      name: `write_${servedTables.openStandings}`,
      text,
      values: [
        uuidArray(patternIds.slice(i, i + patternsPerStatement)),
        new Date(open.from),
        new Date(open.to),
      ],
    })
}

/** Writes the names of these patterns in lower case, if they are new or have changed. */
export const writeSearchNames = async (client: Queryable, patternIds: readonly string[]): Promise<void> => {
  const { rows } = await client.query<{ pattern_id: string; pattern_name: string }>({
    name: 'read_names',
    text: `select pattern_id, pattern_name from ${servedTables.openStandings}
           where pattern_id = any($1::uuid[]) and search_name is null and pattern_name is not null`,
    values: [uuidArray(patternIds)],
  })
  for (let i = 0; i < rows.length; i += patternsPerStatement) {
    const some = rows.slice(i, i + patternsPerStatement)
    await client.query({
      name: 'write_search_names',
      text: `update ${servedTables.openStandings} as kept set search_name = named.search_name
             from unnest($1::uuid[], $2::text[]) as named (pattern_id, search_name)
             where kept.pattern_id = named.pattern_id`,
      values: [
        uuidArray(some.map((row) => row.pattern_id)),
        textArray(some.map((row) => row.pattern_name.toLowerCase())),
      ],
    })
  }
}
