import { windowColumns, type WindowColumn } from '@patterns/projections/windowState.ts'

/** The columns that a kind of answer needs, under the name that its prepared statements go by. */
export interface ColumnSet {
  readonly name: string
  readonly columns: readonly WindowColumn[]
}

const named = (name: string, ...columns: readonly string[]): ColumnSet => ({
  name,
  columns: windowColumns.filter((column) => columns.includes(column.name)),
})

export const everything: ColumnSet = { name: 'everything', columns: windowColumns }

/** The status of a window needs these. */
const recordTimes = ['first_recorded_ms', 'last_recorded_ms']

export const usageColumns = named('usage', 'uses', ...recordTimes)

export const outcomeColumns = named(
  'outcomes',
  'uses',
  'successes',
  'partial_successes',
  'failures',
  'errors',
  ...recordTimes,
)

/** All but the histogram, which no figure but percentiles needs. */
export const qualityColumns = named(
  'quality',
  'quality_count',
  'quality_sum',
  'quality_square_sum',
  'quality_min',
  'quality_max',
  ...recordTimes,
)

export const durationColumns = named('duration', 'duration_count', 'duration_sum_ms', ...recordTimes)

/** What patterns are compared and tested by: durations by their histograms, quality by exact sums. */
export const comparedColumns = named(
  'compared',
  'uses',
  'successes',
  'partial_successes',
  'quality_count',
  'quality_sum',
  'quality_square_sum',
  'duration_count',
  'duration_sum_ms',
  'duration_min_ms',
  'duration_max_ms',
  'duration_histogram',
)
