import { type Granularity, granularities } from '@patterns/projections/window.ts'
import type pg from 'pg'
import type { Vector } from '../values/vector.ts'
import { liveProjection, tables } from '../queries/liveProjection.ts'

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
from projection_checkpoints
left join unnest($1::int[], $2::int8[]) as known (shard, position) using (shard)
join ${tables.totals[granularity]} total
  on total.shard = projection_checkpoints.shard and total.last_position > coalesce(known.position, 0)
where projection = $3 and version = $4`,
  )
  .join(' union all ')}`,
    values: [[...after.keys()], [...after.values()], liveProjection.name, liveProjection.version],
  })
  const startsOf = (granularity: Granularity) =>
    new Set(rows.find((row) => row.granularity === granularity)!.starts)
  return Object.fromEntries(
    granularities.map((granularity) => [granularity, startsOf(granularity)]),
  ) as unknown as WindowStarts
}
