import type { Metric } from '@patterns/projections/analytics/metric.ts'
import type { TrendSeries } from '@patterns/projections/trends/trendSeries.ts'
import { servedTables } from '@patterns/read-model/served.ts'
import { trendPartition } from '@patterns/read-model/trendPartition.ts'
import sql, { raw, type Sql } from 'sql-template-tag'
import { nameColumns } from '../lists/listRow.ts'
import { rowsOfLines, startedColumns, type StartedLine } from './startedLine.ts'

const at = (time: number): Sql => sql`${new Date(time)}::timestamptz`

/** Which stored lines: those of a metric and of windows that end at `closedUntil`, epoch milliseconds. */
export interface StoredLines {
  readonly series: TrendSeries
  readonly metric: Metric
  readonly closedUntil: number
}

const columns = sql`pattern_id, closed_until, position, ${startedColumns}`

/**
 * Selects the lines that the processor stores, but for those of some patterns. Some may be of the next window already,
 * which the processor is just adding.
 */
export const selectStoredLines = (
  { series, metric, closedUntil }: StoredLines,
  except: readonly string[],
): Sql => {
  const others = except.length === 0 ? sql`` : sql`and not pattern_id = any(${except}::uuid[])`
  return sql`select ${columns} from ${raw(trendPartition(servedTables.trends, series, metric))}
    where closed_until >= ${at(closedUntil)} ${others}`
}

/** Selects lines that were computed just now; their windows end at `closedUntil`, epoch milliseconds. */
export const selectComputedLines = (lines: ReadonlyMap<string, StartedLine>, closedUntil: number): Sql =>
  sql`select pattern_id, ${at(closedUntil)} as closed_until, null::int8 as position, ${startedColumns}
    from ${rowsOfLines(lines)}`

/** Lines with what their patterns are called, by `names`; named `line`. */
export const namedLines = (lines: Sql, names: Sql): Sql =>
  sql`(select ${nameColumns}, first_seen, closed_until, position, ${startedColumns}
    from (${lines}) as lines join ${names} using (pattern_id)) as line`
