import { sumWidth } from './sums.ts'

/**
 * One window of all lanes, in memory: a row for each lane that has one. Rows come in once as a bulk and
 * then one by one as they change.
 */
export interface Slice {
  readonly rows: number
  readonly bytes: number
  /** Adds a row of a lane that has none yet. */
  append(lane: number, values: Float64Array): void
  /**
   * Puts a row in the place of the lane's last, and leaves in `values` by how much it grew.
   */
  replace(lane: number, values: Float64Array): void
  /** Adds every row to the sums of its pattern. */
  addTo(sums: Float64Array, patternOf: (lane: number) => number): void
}

export const createSlice = (): Slice => {
  let lanes = new Int32Array(64)
  let rows = new Float64Array(64 * sumWidth)
  let size = 0
  /** Made when a row first changes: most windows are settled and never do. */
  let slotOf: Map<number, number> | undefined

  const append = (lane: number, values: Float64Array): void => {
    if (size === lanes.length) {
      const capacity = Math.ceil(size * 1.5)
      const moreLanes = new Int32Array(capacity)
      const moreRows = new Float64Array(capacity * sumWidth)
      moreLanes.set(lanes)
      moreRows.set(rows)
      lanes = moreLanes
      rows = moreRows
    }
    lanes[size] = lane
    rows.set(values, size * sumWidth)
    slotOf?.set(lane, size)
    size++
  }

  const slots = (): Map<number, number> => {
    if (slotOf !== undefined) return slotOf
    slotOf = new Map()
    for (let slot = 0; slot < size; slot++) slotOf.set(lanes[slot]!, slot)
    return slotOf
  }

  return {
    get rows() {
      return size
    },
    get bytes() {
      return lanes.byteLength + rows.byteLength + (slotOf === undefined ? 0 : size * 40)
    },
    append,
    replace(lane, values) {
      const slot = slots().get(lane)
      if (slot === undefined) return append(lane, values)
      const at = slot * sumWidth
      for (let i = 0; i < sumWidth; i++) {
        const value = values[i]!
        values[i] = value - rows[at + i]!
        rows[at + i] = value
      }
    },
    addTo(sums, patternOf) {
      for (let slot = 0; slot < size; slot++) {
        const from = slot * sumWidth
        const to = patternOf(lanes[slot]!) * sumWidth
        for (let i = 0; i < sumWidth; i++) sums[to + i]! += rows[from + i]!
      }
    },
  }
}
