import type { Metric, MetricState } from '@patterns/projections/analytics/metric.ts'
import type { SeriesWindow } from '@patterns/projections/analytics/series.ts'
import { windowMs } from '@patterns/projections/window.ts'
import { servedTables } from '@patterns/read-model/served.ts'
import type { Queryable } from '@patterns/shared/postgres/queryable.ts'
import sql, { join, raw, type Sql } from 'sql-template-tag'
import { prepared } from '../lists/statement.ts'
import { type LineQuestion, windowsOf } from './lineQuestion.ts'
import { trendWindowRuns } from './patternSeries.ts'

/** How a metric is computed in SQL, and the state with these numbers. */
interface Figures {
  readonly total: string
  /** What the total is divided by. */
  readonly count: string
  state(total: number, count: number): MetricState
}

const nothing: MetricState = {
  outcomes: { uses: 0, successes: 0, partial_successes: 0 },
  quality: { count: 0, sum: 0 },
  duration: { count: 0, sumMs: 0 },
}

const figuresOf: Readonly<Record<Metric, Figures>> = {
  usage: {
    total: 'uses',
    count: '1',
    state: (uses) => ({ ...nothing, outcomes: { uses, successes: 0, partial_successes: 0 } }),
  },
  success_rate: {
    total: 'successes + partial_successes',
    count: 'uses',
    state: (successes, uses) => ({ ...nothing, outcomes: { uses, successes, partial_successes: 0 } }),
  },
  quality: {
    total: 'quality_sum',
    count: 'quality_count',
    state: (sum, count) => ({ ...nothing, quality: { count, sum } }),
  },
  duration: {
    total: 'duration_sum_ms',
    count: 'duration_count',
    state: (sumMs, count) => ({ ...nothing, duration: { count, sumMs } }),
  },
}

/** A pattern's windows as numbers with spaces between: for each the hours since the start of the range, the total and the count. */
export interface FiguresText {
  readonly pattern_id: string
  readonly figures: string
}

/** Finding the windows of more patterns than this takes longer than reading those of all patterns. */
const maxPicked = 2_000

/**
 * Reads the figures of a metric for the series of some patterns, and maybe of others. Each is one short text: a list of
 * 10,000 patterns may have a million windows, and JSON would take several times as long.
 */
export const readFigures = async (
  database: Queryable,
  question: LineQuestion,
  patternIds: readonly string[],
): Promise<readonly FiguresText[]> => {
  const { total, count } = figuresOf[question.metric]
  const from = Math.floor(question.range.from / windowMs.hour)
  const hours = raw(`(date_part('epoch', window_start) / 3600)::int8 - ${from}`)
  const picked = patternIds.length > maxPicked ? sql`true` : sql`pattern_id = any(${patternIds}::uuid[])`
  const windows = trendWindowRuns(question, question.now).map(
    ({ granularity, start, end }): Sql =>
      sql`select pattern_id, ${hours} as hours, ${raw(total)} as total, ${raw(count)} as count
        from ${raw(servedTables.windows[granularity])} where window_start >= ${new Date(start)}::timestamptz
          and window_start < ${new Date(end)}::timestamptz and ${picked}`,
  )
  const { rows } = await database.query<FiguresText>(
    prepared(sql`select pattern_id, string_agg(hours || ' ' || total || ' ' || count, ' ') as figures
      from (${join(windows, ' union all ')}) as windows group by pattern_id`),
  )
  return rows
}

/** Makes windows of figures, in order; those of several shards, and those within a running window, are summed. */
export const createFigureReader = (
  question: LineQuestion,
): ((figures: string) => readonly SeriesWindow[]) => {
  const { range, granularity, metric } = question
  const width = windowsOf(question)
  const hoursEach = windowMs[granularity] / windowMs.hour
  const totals = new Float64Array(width)
  const counts = new Float64Array(width)
  return (text) => {
    totals.fill(0)
    counts.fill(0)
    const numbers = text.split(' ')
    for (let i = 0; i < numbers.length; i += 3) {
      const window = Math.floor(Number(numbers[i]) / hoursEach)
      totals[window]! += Number(numbers[i + 1])
      counts[window]! += Number(numbers[i + 2])
    }
    const windows: SeriesWindow[] = []
    for (let i = 0; i < width; i++)
      if (counts[i]! > 0)
        windows.push({
          start: range.from + i * windowMs[granularity],
          state: figuresOf[metric].state(totals[i]!, counts[i]!),
        })
    return windows
  }
}
