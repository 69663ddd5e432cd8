import type { Measure } from '../measure.ts'
import { maxOf, minOf } from '../extremes.ts'

/** The range of the shard's log that touched the window: the events behind its numbers are in there. */
export interface Positions {
  first: number | null
  last: number | null
}

export const positions: Measure<Positions> = {
  zero: () => ({ first: null, last: null }),
  add(state, { position }) {
    state.first = minOf(state.first, position)
    state.last = maxOf(state.last, position)
  },
  merge(into, from) {
    into.first = minOf(into.first, from.first)
    into.last = maxOf(into.last, from.last)
  },
  columns: [
    {
      name: 'first_position',
      type: 'int8',
      get: (state) => state.first,
      set: (state, value) => void (state.first = value as number | null),
    },
    {
      name: 'last_position',
      type: 'int8',
      get: (state) => state.last,
      set: (state, value) => void (state.last = value as number | null),
    },
  ],
}
