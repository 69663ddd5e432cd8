import { standingSpans } from '@patterns/projections/standings/standingRange.ts'
import { mergedCatalogue } from '@patterns/read-model/reading/selectCatalogue.ts'
import { servedTables } from '@patterns/read-model/served.ts'
import { textArray, uuidArray } from '@patterns/shared/postgres/binaryArray.ts'
import type { Queryable } from '@patterns/shared/postgres/queryable.ts'
import { summedMeasures } from '@patterns/read-model/summedMeasures.ts'

const patternsPerStatement = 1_000

const known = ['pattern_name', 'pattern_type', 'first_seen', 'last_seen', 'last_used']
const written = [...known, ...summedMeasures]

/** A statement sees the rows as they were before it, so what it wrote can be compared with them. */
const text = `
with written as (
  insert into ${servedTables.openStandings} as stored (pattern_id, ${written.join(', ')})
  select pattern_id, ${known.join(', ')}, sums.*
  from (${mergedCatalogue(servedTables, 'pattern_id = any($1::uuid[])')}
  ) as catalogue
  cross join lateral (
    select ${summedMeasures.map((measure) => `coalesce(sum(${measure}), 0)::bigint`).join(', ')}
    from ${servedTables.windows.hour} as windows
    where windows.pattern_id = catalogue.pattern_id and window_start >= $2 and window_start < $3
  ) as sums
  on conflict (pattern_id) do update set
    ${written.map((name) => `${name} = excluded.${name}`).join(', ')},
    search_name = case when stored.pattern_name = excluded.pattern_name then stored.search_name end
  where (${written.map((name) => `stored.${name}`).join(', ')})
    is distinct from (${written.map((name) => `excluded.${name}`).join(', ')})
  returning pattern_id, first_seen, case when search_name is null then pattern_name end as new_name
)
select written.pattern_id, before.pattern_id is null as is_added,
  coalesce(written.first_seen <> before.first_seen, false) as is_seen_earlier, new_name
from written left join ${servedTables.openStandings} as before on before.pattern_id = written.pattern_id
where before.pattern_id is null or written.first_seen <> before.first_seen or new_name is not null`

interface Row {
  readonly pattern_id: string
  readonly is_added: boolean
  readonly is_seen_earlier: boolean
  readonly new_name: string | null
}

/** The patterns of which more must be written than their open standings. */
export interface OpenChanges {
  /** They had no standings. */
  readonly added: readonly string[]
  /** An event came that is dated before all others of the pattern. */
  readonly seenEarlier: readonly string[]
}

/** The names in lower case, which SQL cannot do alike in every locale. */
const writeSearchNames = async (client: Queryable, named: readonly Row[]): Promise<void> => {
  if (named.length === 0) return
  await client.query({
    name: 'write_search_names',
    text: `update ${servedTables.openStandings} as stored set search_name = named.search_name
           from unnest($1::uuid[], $2::text[]) as named (pattern_id, search_name)
           where stored.pattern_id = named.pattern_id`,
    values: [
      uuidArray(named.map((row) => row.pattern_id)),
      textArray(named.map((row) => row.new_name!.toLowerCase())),
    ],
  })
}

/** Writes what some patterns are called, and their sums over the open hours. */
export const writeOpenStandings = async (
  client: Queryable,
  closedUntil: number,
  patternIds: readonly string[],
): Promise<OpenChanges> => {
  const { open } = standingSpans('24h', closedUntil)
  const changes: Row[] = []
  for (let i = 0; i < patternIds.length; i += patternsPerStatement) {
    const { rows } = await client.query<Row>({
      name: `write_${servedTables.openStandings}`,
      text,
      values: [
        uuidArray(patternIds.slice(i, i + patternsPerStatement)),
        new Date(open.from),
        new Date(open.to),
      ],
    })
    await writeSearchNames(
      client,
      rows.filter((row) => row.new_name !== null),
    )
    changes.push(...rows)
  }
  const idsOf = (is: (row: Row) => boolean) => changes.filter(is).map((row) => row.pattern_id)
  return { added: idsOf((row) => row.is_added), seenEarlier: idsOf((row) => row.is_seen_earlier) }
}
