import { maxOf, minOf } from '../extremes.ts'
import type { Measure } from '../measure.ts'

/**
 * When the first and the last event of a window came into the topic, epoch milliseconds: what decides whether it was
 * still open then (`windowStatus`). A function of the events alone, so the same in any order and any layout of the topic.
 */
export interface RecordTimes {
  first: number | null
  last: number | null
}

export const recordTimes: Measure<RecordTimes> = {
  zero: () => ({ first: null, last: null }),
  add(state, { recordedAt }) {
    state.first = minOf(state.first, recordedAt)
    state.last = maxOf(state.last, recordedAt)
  },
  merge(into, from) {
    into.first = minOf(into.first, from.first)
    into.last = maxOf(into.last, from.last)
  },
  columns: [
    {
      name: 'first_recorded_ms',
      type: 'int8',
      get: (state) => state.first,
      set: (state, value) => void (state.first = value as number | null),
    },
    {
      name: 'last_recorded_ms',
      type: 'int8',
      get: (state) => state.last,
      set: (state, value) => void (state.last = value as number | null),
    },
  ],
}
