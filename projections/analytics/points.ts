/**
 * Observations in order of time: `values[i]` was observed in window `indices[i]`, for i < `length`. The
 * arrays may be longer, so that one pair of them can serve many series without new memory.
 */
export interface Points {
  readonly indices: Float64Array
  readonly values: Float64Array
  readonly length: number
}

/** Arrays to fill with points again and again. */
export type PointBuffer = Pick<Points, 'indices' | 'values'>

/** Room for as many points as there can be windows. */
export const createPointBuffer = (capacity: number): PointBuffer => ({
  indices: new Float64Array(capacity),
  values: new Float64Array(capacity),
})

/** Points at the given window indices, by default 0, 1, 2, …. */
export const pointsOf = (values: readonly number[], indices?: readonly number[]): Points => ({
  indices: Float64Array.from(indices ?? values.keys()),
  values: Float64Array.from(values),
  length: values.length,
})
