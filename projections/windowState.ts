import type { ColumnType, ColumnValue, Measure, PlacedEvent } from './measure.ts'
import { recordTimes, type RecordTimes } from './measures/recordTimes.ts'
import { duration, type Duration } from './measures/duration.ts'
import { outcomes, type Outcomes } from './measures/outcomes.ts'
import { positions, type Positions } from './measures/positions.ts'
import { quality, type Quality } from './measures/quality.ts'

/** The state of one window: the product of its measures. A new metric is a new line here. */
export interface WindowState {
  readonly outcomes: Outcomes
  readonly quality: Quality
  readonly duration: Duration
  readonly recordTimes: RecordTimes
  readonly positions: Positions
}

const measures: { readonly [Name in keyof WindowState]: Measure<WindowState[Name]> } = {
  outcomes,
  quality,
  duration,
  recordTimes,
  positions,
}

export const zeroWindow = (): WindowState => ({
  outcomes: outcomes.zero(),
  quality: quality.zero(),
  duration: duration.zero(),
  recordTimes: recordTimes.zero(),
  positions: positions.zero(),
})

const measureNames = Object.keys(measures) as (keyof WindowState)[]

/** Counts one event. */
export const addToWindow = (state: WindowState, placed: PlacedEvent): void => {
  for (const name of measureNames) (measures[name] as Measure<unknown>).add(state[name], placed)
}

/** Adds all of `from` to `into`. */
export const mergeWindow = (into: WindowState, from: WindowState): void => {
  for (const name of measureNames) (measures[name] as Measure<unknown>).merge(into[name], from[name])
}

/** A column of the window tables, read from and written to a whole window's state. */
export interface WindowColumn {
  readonly name: string
  readonly type: ColumnType
  get(state: WindowState): ColumnValue
  set(state: WindowState, value: ColumnValue): void
}

/** All columns that the measures bring, in the order of the measures. */
export const windowColumns: readonly WindowColumn[] = measureNames.flatMap((measure) =>
  (measures[measure] as Measure<unknown>).columns.map((column) => ({
    name: column.name,
    type: column.type,
    get: (state: WindowState) => column.get(state[measure]),
    set: (state: WindowState, value: ColumnValue) => column.set(state[measure], value),
  })),
)
