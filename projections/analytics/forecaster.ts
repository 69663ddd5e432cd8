/**
 * Something that predicts a series point by point: it is asked for a window before it learns what was
 * observed there, so its errors are honest.
 */
export interface Forecaster {
  /** The expected value of the window `index`, which lies after all that was learnt. */
  forecast(index: number): number
  learn(index: number, value: number): void
}

/** Says that what was last will be again: what any other method must beat. */
export const createNaiveForecaster = (first: number): Forecaster => {
  let last = first
  return {
    forecast: () => last,
    learn(_index, value) {
      last = value
    },
  }
}
