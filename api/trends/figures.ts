import type { Metric, MetricState } from '@patterns/projections/analytics/metric.ts'
import { createPointBuffer } from '@patterns/projections/analytics/points.ts'
import { createSeries } from '@patterns/projections/analytics/series.ts'
import {
  type InsufficientData,
  type TrendLine,
  trendLine,
} from '@patterns/projections/analytics/trendLine.ts'
import { windowMs } from '@patterns/projections/window.ts'
import { type LineQuestion, windowsOf } from './lineQuestion.ts'

/** The columns that a metric is made of: what it totals, and what it divides by (usage by nothing). */
const columnsOf: Readonly<Record<Metric, { readonly total: readonly string[]; readonly count?: string }>> = {
  usage: { total: ['uses'] },
  success_rate: { total: ['successes', 'partial_successes'], count: 'uses' },
  quality: { total: ['quality_sum'], count: 'quality_count' },
  duration: { total: ['duration_sum_ms'], count: 'duration_count' },
}

/** What to read of each window row for the figures of a metric. */
export const figureColumns = (metric: Metric): readonly string[] => {
  const { total, count } = columnsOf[metric]
  return count === undefined ? total : [...total, count]
}

/**
 * The figures of many patterns' windows side by side in two arrays, a cell for each pattern and window: a
 * million windows take 16 MB, and reading them makes no objects.
 */
export interface Figures {
  /** Takes in a row: the values of `figureColumns`. Rows of one window in several shards, and of its parts, add up. */
  add(pattern: number, start: number, values: Float64Array): void
  /** Fits the line of a pattern, which was first seen at a time; undefined if nothing was observed. */
  line(pattern: number, firstSeen: number): TrendLine | InsufficientData | undefined
}

type Mutable<State> = { -readonly [Name in keyof State]: Mutable<State[Name]> }

export const createFigures = (question: LineQuestion, patterns: number): Figures => {
  const { metric, granularity, range, now, includeOpen } = question
  const width = windowsOf(question)
  const summands = columnsOf[metric].total.length
  const isUsage = columnsOf[metric].count === undefined
  let totals = new Float64Array(Math.max(1, patterns) * width)
  let counts = new Float64Array(totals.length)
  const grow = (values: Float64Array): Float64Array<ArrayBuffer> => {
    const larger = new Float64Array(values.length * 2)
    larger.set(values)
    return larger
  }
  const buffer = createPointBuffer(width)
  // Written over for each pattern: the series is made by the same function as everywhere.
  const spare = Array.from({ length: width }, (_, i) => ({
    start: range.from + i * windowMs[granularity],
    state: {
      outcomes: { uses: 0, successes: 0, partial_successes: 0 },
      quality: { count: 0, sum: 0 },
      duration: { count: 0, sumMs: 0 },
    } satisfies Mutable<MetricState>,
  }))
  const put: Record<Metric, (state: Mutable<MetricState>, total: number, count: number) => void> = {
    usage: ({ outcomes }, total) => (outcomes.uses = total),
    success_rate({ outcomes }, total, count) {
      outcomes.successes = total
      outcomes.uses = count
    },
    quality({ quality }, total, count) {
      quality.sum = total
      quality.count = count
    },
    duration({ duration }, total, count) {
      duration.sumMs = total
      duration.count = count
    },
  }
  return {
    add(pattern, start, values) {
      const cell = pattern * width + Math.floor((start - range.from) / windowMs[granularity])
      while (cell >= totals.length) {
        totals = grow(totals)
        counts = grow(counts)
      }
      for (let i = 0; i < summands; i++) totals[cell]! += values[i]!
      // Of usage the count only says that there is a row.
      counts[cell]! += isUsage ? 1 : values[summands]!
    },
    line(pattern, firstSeen) {
      const windows = []
      for (let i = 0; i < width; i++) {
        const cell = pattern * width + i
        if (!(counts[cell]! > 0)) continue
        const window = spare[i]!
        put[metric](window.state, totals[cell]!, counts[cell]!)
        windows.push(window)
      }
      if (windows.length === 0) return undefined
      return trendLine(
        createSeries({ metric, granularity, range, now, windows, firstSeen, includeOpen, buffer }),
      )
    },
  }
}
