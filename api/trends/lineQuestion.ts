import type { Metric } from '@patterns/projections/analytics/metric.ts'
import { trendSeries } from '@patterns/projections/trends/trendSeries.ts'
import { closedUntil } from '@patterns/projections/analytics/trendRange.ts'
import { windowMs } from '@patterns/projections/window.ts'
import { countedRange, type TrendRange } from './resolveTrendRange.ts'

/** Which lines are asked for: one metric of every pattern over some windows. */
export interface LineQuestion extends TrendRange {
  readonly metric: Metric
  /** Epoch milliseconds: which windows are closed. */
  readonly now: number
}

/** Names a question; what it names does not change with `now`, but for the hours that have come of an open window. */
export const lineQuestionText = (question: LineQuestion): string => {
  const { metric, granularity, range, includeOpen, now } = question
  return `${metric}/${granularity}/${range.from}/${range.to}/${includeOpen}/${countedRange(question, now).to}`
}

/** How many windows are looked at. */
export const windowsOf = ({ range, granularity }: TrendRange): number =>
  (range.to - range.from) / windowMs[granularity]

/** Whether the processor keeps these very lines, and just has to be asked for them. */
export const isMaterialized = (question: LineQuestion): boolean =>
  !question.includeOpen &&
  question.range.to === closedUntil(question.granularity, question.now) &&
  trendSeries.some(
    ({ granularity, windows }) => granularity === question.granularity && windows === windowsOf(question),
  )
