import { type Direction, direction } from './direction.ts'
import { movingAverage } from './movingAverage.ts'
import { type Prediction, predict } from './prediction.ts'
import { type SenSlope, senSlope } from './senSlope.ts'
import type { Series } from './series.ts'
import { type InsufficientData, type TrendLine, trendLine } from './trendLine.ts'
import { type Velocity, velocity } from './velocity.ts'
import { type Volatility, volatility } from './volatility.ts'

/** All that is said of one series. Slopes are per window; index 0 of the line is the window at `start`. */
export interface Trend extends TrendLine {
  /** Epoch milliseconds. */
  readonly start: number
  readonly velocity: Velocity
  readonly direction: Direction
  /** 1 − p of the Mann–Kendall test. */
  readonly confidence: number
  readonly robustSlope: SenSlope | null
  /** One for each point of the series, see `movingAverage.ts`. */
  readonly movingAverage: readonly (number | null)[]
  readonly volatility: Volatility
  readonly prediction: Prediction | null
}

/**
 * The trend of one series; `insufficient_data` below five points. The direction is that of the series on
 * its own: in a list, take it from `directionsInList.ts`, which controls the false discovery rate.
 */
export const trend = (series: Series): Trend | InsufficientData => {
  const line = trendLine(series)
  if (line.status === 'insufficient_data') return line
  return {
    ...line,
    start: series.start,
    velocity: velocity(line.slope, line.mean, series.granularity),
    direction: direction(line, line.p),
    confidence: 1 - line.p,
    robustSlope: senSlope(series, line.variance),
    movingAverage: movingAverage(series),
    volatility: volatility(series, line),
    prediction: predict(series),
  }
}
