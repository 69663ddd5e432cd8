import { type Metric, metrics } from '@patterns/projections/analytics/metric.ts'
import { windowColumns } from '@patterns/projections/windowState.ts'
import type { ColumnSet } from '../columnSets.ts'

/** The columns that a metric is made of: its total, and what that is divided by. */
const columnsOf: Readonly<Record<Metric, readonly string[]>> = {
  usage: ['uses'],
  success_rate: ['successes', 'partial_successes', 'uses'],
  quality: ['quality_sum', 'quality_count'],
  duration: ['duration_sum_ms', 'duration_count'],
}

const columnSet = (name: string, some: readonly Metric[]): ColumnSet => {
  const wanted = new Set(some.flatMap((metric) => columnsOf[metric]))
  return { name, columns: windowColumns.filter((column) => wanted.has(column.name)) }
}

/** What the series of all metrics are made of. */
export const trendColumns: ColumnSet = columnSet('trends', metrics)

const ofMetric = new Map(metrics.map((metric) => [metric, columnSet(`trend_${metric}`, [metric])]))

/** What one metric needs alone. */
export const trendColumnsOf = (metric: Metric): ColumnSet => ofMetric.get(metric)!
