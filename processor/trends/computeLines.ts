import { metrics } from '@patterns/projections/analytics/metric.ts'
import { createPointBuffer } from '@patterns/projections/analytics/points.ts'
import { patternLine } from '@patterns/projections/trends/patternLine.ts'
import { isIn, type SeriesSet, trendSeries } from '@patterns/projections/trends/trendSeries.ts'
import { seriesRange } from '@patterns/projections/trends/trendSeries.ts'
import type { TrendRow } from '@patterns/read-model/trendRow.ts'
import type { PatternFigures } from './figureCache.ts'
import { createFigureReader } from './windowFigures.ts'

/** What a pattern's lines are made from. */
export interface LinesInput {
  readonly patternId: string
  readonly figures: PatternFigures
  /** The series to compute; each gives a row for each metric. */
  readonly set: SeriesSet
  readonly position: number
  /** Epoch milliseconds. */
  readonly now: number
}

/** Computes the rows of patterns, with the same working memory for all of them. */
export const createLineComputer = (): ((input: LinesInput) => TrendRow[]) => {
  const readFigures = createFigureReader()
  const buffer = createPointBuffer(Math.max(...trendSeries.map((series) => series.windows)))
  return ({ patternId, figures, set, position, now }) =>
    trendSeries.flatMap((series, index) => {
      if (!isIn(set, index)) return []
      const windows = readFigures(figures[series.granularity])
      const { firstSeen } = figures
      const closedUntil = seriesRange(series, now).to
      return metrics.map((metric) => ({
        patternId,
        series,
        metric,
        closedUntil,
        position,
        ...patternLine({ series, metric, windows, firstSeen, now, buffer }),
      }))
    })
}
