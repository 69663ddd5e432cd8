import { maxOf, minOf } from '../extremes.ts'
import type { Measure } from '../measure.ts'

/**
 * When the first and the last event of a window came, epoch milliseconds: what decides whether it was still open then
 * (`windowStatus`). A record cannot have come before its shard had come as far as its watermark, whatever time its
 * producer gave it.
 */
export interface Arrival {
  first: number | null
  last: number | null
}

export const arrival: Measure<Arrival> = {
  zero: () => ({ first: null, last: null }),
  add(state, { recordedAt, watermark }) {
    const cameAt = Math.max(recordedAt, watermark)
    state.first = minOf(state.first, cameAt)
    state.last = maxOf(state.last, cameAt)
  },
  merge(into, from) {
    into.first = minOf(into.first, from.first)
    into.last = maxOf(into.last, from.last)
  },
  columns: [
    {
      name: 'first_came_ms',
      type: 'int8',
      get: (state) => state.first,
      set: (state, value) => void (state.first = value as number | null),
    },
    {
      name: 'last_came_ms',
      type: 'int8',
      get: (state) => state.last,
      set: (state, value) => void (state.last = value as number | null),
    },
  ],
}
