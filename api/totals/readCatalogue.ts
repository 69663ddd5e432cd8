import type { CatalogueEntry } from '@patterns/projections/catalogue.ts'
import type pg from 'pg'
import type { Vector } from '@patterns/read-model/vector.ts'
import {
  type EntryJson,
  entryFromJson,
  entryExpression,
} from '@patterns/read-model/reading/selectCatalogue.ts'
import { servedTables } from '@patterns/read-model/served.ts'

/** The catalogue rows that events after a vector have changed. */
export const readCatalogue = async (
  client: pg.PoolClient,
  after: Vector,
): Promise<readonly (readonly [patternId: string, entry: CatalogueEntry])[]> => {
  const { rows } = await client.query<{ changed: [string, EntryJson][] | null }>({
    name: 'read_catalogue',
    text: `
select json_agg(json_build_array(pattern_id, ${entryExpression('entry')})) as changed
from ${servedTables.catalogue} entry
left join unnest($1::int[], $2::int8[]) as known (shard, position) using (shard)
where entry.last_position > coalesce(known.position, 0)`,
    values: [[...after.keys()], [...after.values()]],
  })
  return (rows[0]!.changed ?? []).map(([patternId, row]) => [patternId, entryFromJson(row)])
}
