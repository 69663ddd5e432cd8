import { type Granularity, granularities } from '@patterns/projections/window.ts'
import type pg from 'pg'
import type { Vector } from '@patterns/read-model/vector.ts'
import { checkpointsOf } from '@patterns/read-model/checkpoint.ts'
import { servedProjections, servedTables } from '@patterns/read-model/served.ts'

/** The starts of the windows, by granularity. */
export type WindowStarts = Readonly<Record<Granularity, ReadonlySet<number>>>

/**
 * The windows that events after a vector have changed, old ones that late events restated among them. Read
 * from the totals, which every event changes together with its pattern's window.
 */
export const readChangedWindows = async (client: pg.PoolClient, after: Vector): Promise<WindowStarts> => {
  const { rows } = await client.query<{ granularity: Granularity; starts: number[] | null }>({
    name: 'read_changed_windows',
    text: `
${granularities
  .map(
    (granularity) => `
select '${granularity}' as granularity, array_agg(distinct extract(epoch from total.window_start)::float8 * 1000) as starts
from ${checkpointsOf(servedProjections.windows)} as checkpoint
left join unnest($1::int[], $2::int8[]) as known (shard, position) using (shard)
join ${servedTables.totals[granularity]} total
  on total.shard = checkpoint.shard and total.last_position > coalesce(known.position, 0)`,
  )
  .join(' union all ')}`,
    values: [[...after.keys()], [...after.values()]],
  })
  const startsOf = (granularity: Granularity) =>
    new Set(rows.find((row) => row.granularity === granularity)!.starts)
  return Object.fromEntries(
    granularities.map((granularity) => [granularity, startsOf(granularity)]),
  ) as unknown as WindowStarts
}
