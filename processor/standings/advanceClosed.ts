import type { StandingRange } from '@patterns/projections/standings/standingRange.ts'
import { advancedSpans } from '@patterns/projections/standings/weightedSpans.ts'
import { servedTables } from '@patterns/read-model/served.ts'
import { int8Array, timestamptzArray } from '@patterns/shared/postgres/binaryArray.ts'
import type { Queryable } from '@patterns/shared/postgres/queryable.ts'
import { summedMeasures } from '@patterns/read-model/summedMeasures.ts'

const sumOf = (measure: string, weight: string, as = measure): string =>
  `sum(windows.${measure} * span.${weight})::bigint as ${as}`

/** `offset 0` keeps the look into the index of window starts what it is, whatever the plan for the rest. */
const text = (table: string): string => `
update ${table} as stored set
  ${summedMeasures.map((measure) => `${measure} = stored.${measure} + moved.${measure}`).join(', ')},
  closed_uses = stored.closed_uses + moved.closed_uses,
  previous_uses = stored.previous_uses + moved.previous_uses,
  ${['trend', 'probability']
    .map(
      (name) =>
        `${name} = case when moved.closed_uses = 0 and moved.previous_uses = 0 then stored.${name} end`,
    )
    .join(',\n  ')}
from (
  select pattern_id, ${summedMeasures.map((measure) => sumOf(measure, 'in_range')).join(', ')},
    ${sumOf('uses', 'in_current', 'closed_uses')}, ${sumOf('uses', 'in_previous', 'previous_uses')}
  from unnest($1::timestamptz[], $2::timestamptz[], $3::int8[], $4::int8[], $5::int8[])
      as span (begins, ends, in_range, in_current, in_previous)
    cross join lateral (
      select pattern_id, uses, ${summedMeasures.join(', ')} from ${servedTables.windows.hour}
      where window_start >= span.begins and window_start < span.ends offset 0
    ) as windows
  group by pattern_id
) as moved
where stored.pattern_id = moved.pattern_id`

/** Carries the closed hours of all patterns on from one end to a later one, by the hours that come in and those that leave. */
export const advanceClosed = async (
  client: Queryable,
  name: StandingRange,
  before: number,
  after: number,
): Promise<void> => {
  const spans = advancedSpans(name, before, after)
  await client.query({
    name: `advance_${servedTables.closedStandings[name]}`,
    text: text(servedTables.closedStandings[name]),
    values: [
      timestamptzArray(spans.map(({ from }) => from)),
      timestamptzArray(spans.map(({ to }) => to)),
      int8Array(spans.map(({ inRange }) => inRange)),
      int8Array(spans.map(({ inCurrent }) => inCurrent)),
      int8Array(spans.map(({ inPrevious }) => inPrevious)),
    ],
  })
}
