import { type Metric, metrics } from '@patterns/projections/analytics/metric.ts'
import { windowColumns } from '@patterns/projections/windowState.ts'
import type { ColumnSet } from '../queries/columnSets.ts'
import { figureColumns } from './figures.ts'

/** The columns that the series of some metrics are made of. */
const columnsOf = (name: string, some: readonly Metric[]): ColumnSet => {
  const wanted = new Set(some.flatMap(figureColumns))
  return { name, columns: windowColumns.filter((column) => wanted.has(column.name)) }
}

export const trendColumns: ColumnSet = columnsOf('trends', metrics)

const ofMetric = new Map(metrics.map((metric) => [metric, columnsOf(`trend_${metric}`, [metric])]))

/** What one metric needs alone. */
export const trendColumnsOf = (metric: Metric): ColumnSet => ofMetric.get(metric)!
