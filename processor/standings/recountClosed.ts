import { windowRunsOf } from '@patterns/projections/windowRuns.ts'
import type { StandingRange } from '@patterns/projections/standings/standingRange.ts'
import { closedSpans } from '@patterns/projections/standings/weightedSpans.ts'
import { granularities } from '@patterns/projections/window.ts'
import { servedTables } from '@patterns/read-model/served.ts'
import { int8Array, textArray, timestamptzArray, uuidArray } from '@patterns/shared/postgres/binaryArray.ts'
import type { Queryable } from '@patterns/shared/postgres/queryable.ts'
import { summedMeasures } from '@patterns/read-model/summedMeasures.ts'

/** A page takes some 100 ms: no statement may take as long as a connection may be silent. */
const patternsPerStatement = 250

const counted = [...summedMeasures, 'closed_uses', 'previous_uses', 'is_new']

/** `offset 0` keeps each of these what it is: a look into an index for one pattern and one run of windows. */
const windowsOfPiece = granularities
  .map(
    (granularity) => `
      (select uses, ${summedMeasures.join(', ')} from ${servedTables.windows[granularity]}
       where piece.granularity = '${granularity}' and pattern_id = ids.pattern_id
         and window_start >= piece.begins and window_start < piece.ends offset 0)`,
  )
  .join('\n      union all')

const sumOf = (measure: string, weight: string): string =>
  `coalesce(sum(windows.${measure} * piece.${weight}), 0)::bigint`

const text = (table: string): string => `
insert into ${table} as stored (pattern_id, ${counted.join(', ')})
select ids.pattern_id, sums.*, open.first_seen >= $8
from unnest($1::uuid[]) as ids (pattern_id)
join ${servedTables.openStandings} as open on open.pattern_id = ids.pattern_id
cross join lateral (
  select ${summedMeasures.map((measure) => sumOf(measure, 'in_range')).join(', ')},
    ${sumOf('uses', 'in_current')}, ${sumOf('uses', 'in_previous')}
  from unnest($2::text[], $3::timestamptz[], $4::timestamptz[], $5::int8[], $6::int8[], $7::int8[])
      as piece (granularity, begins, ends, in_range, in_current, in_previous)
    cross join lateral (${windowsOfPiece}
    ) as windows
  where piece.ends > open.first_seen and piece.begins <= open.last_seen
) as sums
on conflict (pattern_id) do update set
  ${counted.map((name) => `${name} = excluded.${name}`).join(', ')},
  ${['trend', 'probability']
    .map(
      (name) => `${name} = case
    when (stored.closed_uses, stored.previous_uses, stored.is_new)
      = (excluded.closed_uses, excluded.previous_uses, excluded.is_new) then stored.${name} end`,
    )
    .join(',\n  ')}
where (${counted.map((name) => `stored.${name}`).join(', ')})
  is distinct from (${counted.map((name) => `excluded.${name}`).join(', ')})`

/** Counts the closed hours of some patterns again, from the largest windows that make them up. Those that are new get their rows. */
export const recountClosed = async (
  client: Queryable,
  name: StandingRange,
  closedUntil: number,
  patternIds: readonly string[],
): Promise<void> => {
  const spans = closedSpans(name, closedUntil)
  const pieces = spans.flatMap((span) => windowRunsOf(span).map((run) => ({ ...run, span })))
  for (let i = 0; i < patternIds.length; i += patternsPerStatement)
    await client.query({
      name: `recount_${servedTables.closedStandings[name]}`,
      text: text(servedTables.closedStandings[name]),
      values: [
        uuidArray(patternIds.slice(i, i + patternsPerStatement)),
        textArray(pieces.map(({ granularity }) => granularity)),
        timestamptzArray(pieces.map(({ start }) => start)),
        timestamptzArray(pieces.map(({ end }) => end)),
        int8Array(pieces.map(({ span }) => span.inRange)),
        int8Array(pieces.map(({ span }) => span.inCurrent)),
        int8Array(pieces.map(({ span }) => span.inPrevious)),
        new Date(spans[1]!.from),
      ],
    })
}
