import type { MetricState } from '@patterns/projections/analytics/metric.ts'
import type { SeriesWindow } from '@patterns/projections/analytics/series.ts'

/**
 * What trends need of a pattern's windows of one size: a few numbers each instead of a state with its
 * histograms, 56 bytes instead of a kilobyte. In order of start, side by side in one array.
 */
export interface WindowFigures {
  data: Float64Array
  length: number
}

/** Start, uses, successes of both kinds, scores and their sum, durations and their sum. */
export const figuresPerWindow = 7
const width = figuresPerWindow
const nothing = new Float64Array(0)

export const emptyFigures = (): WindowFigures => ({ data: nothing, length: 0 })

/** The index of the first window that starts at or after `start`. */
const indexOf = ({ data, length }: WindowFigures, start: number): number => {
  let low = 0
  let high = length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (data[middle * width]! < start) low = middle + 1
    else high = middle
  }
  return low
}

const isAt = ({ data, length }: WindowFigures, index: number, start: number): boolean =>
  index < length && data[index * width] === start

export const hasWindow = (figures: WindowFigures, start: number): boolean =>
  isAt(figures, indexOf(figures, start), start)

const moveTo = (figures: WindowFigures, room: number): void => {
  const grown = new Float64Array(width * room)
  grown.set(figures.data.subarray(0, figures.length * width))
  figures.data = grown
}

/** Makes room for so many windows in all, so that filling them in need not grow by guesses. */
export const reserve = (figures: WindowFigures, windows: number): void => {
  if (figures.data.length < windows * width) moveTo(figures, windows)
}

const makeRoomAt = (figures: WindowFigures, index: number): void => {
  const used = figures.length * width
  if (used + width > figures.data.length) moveTo(figures, Math.max(4, Math.ceil(figures.length * 1.25)))
  figures.data.copyWithin((index + 1) * width, index * width, used)
  figures.length++
}

/** Puts a window's figures in, in place of those it had. */
export const putWindow = (
  figures: WindowFigures,
  start: number,
  { outcomes, quality, duration }: MetricState,
): void => {
  const index = indexOf(figures, start)
  if (!isAt(figures, index, start)) makeRoomAt(figures, index)
  const { data } = figures
  const at = index * width
  data[at] = start
  data[at + 1] = outcomes.uses
  data[at + 2] = outcomes.successes + outcomes.partial_successes
  data[at + 3] = quality.count
  data[at + 4] = quality.sum
  data[at + 5] = duration.count
  data[at + 6] = duration.sumMs
}

/** Lets go of the windows before `start`. */
export const dropBefore = (figures: WindowFigures, start: number): void => {
  const index = indexOf(figures, start)
  if (index === 0) return
  figures.data.copyWithin(0, index * width, figures.length * width)
  figures.length -= index
}

type Mutable<State> = { -readonly [Name in keyof State]: Mutable<State[Name]> }

/** Reads figures as windows of a series. Its objects serve every call: what it answers holds until the next. */
export const createFigureReader = (): ((figures: WindowFigures) => readonly SeriesWindow[]) => {
  const spare: Mutable<SeriesWindow>[] = []
  const windows: Mutable<SeriesWindow>[] = []
  return ({ data, length }) => {
    windows.length = length
    for (let index = 0; index < length; index++) {
      const at = index * width
      const window = (spare[index] ??= {
        start: 0,
        state: {
          outcomes: { uses: 0, successes: 0, partial_successes: 0 },
          quality: { count: 0, sum: 0 },
          duration: { count: 0, sumMs: 0 },
        },
      })
      const { outcomes, quality, duration } = window.state
      window.start = data[at]!
      outcomes.uses = data[at + 1]!
      outcomes.successes = data[at + 2]!
      quality.count = data[at + 3]!
      quality.sum = data[at + 4]!
      duration.count = data[at + 5]!
      duration.sumMs = data[at + 6]!
      windows[index] = window
    }
    return windows
  }
}
