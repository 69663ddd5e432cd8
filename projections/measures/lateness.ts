import type { Measure } from '../measure.ts'
import { type Granularity, granularities, graceMs, windowEnd, windowStart } from '../window.ts'

/**
 * How many events came after their window had settled. An event can be late for its hour and in time
 * for its week, so all three are counted, and a window of one granularity keeps its own count.
 */
export type Lateness = Record<Granularity, number>

export const lateness: Measure<Lateness> = {
  zero: () => ({ hour: 0, day: 0, week: 0 }),
  add(state, { event, watermark }) {
    // Nearly every event is in time for its hour, and then for its day and week as well.
    if (watermark <= event.occurredAt + graceMs) return
    for (const granularity of granularities) {
      const end = windowEnd(windowStart(event.occurredAt, granularity), granularity)
      if (watermark > end + graceMs) state[granularity]++
    }
  },
  merge(into, from) {
    into.hour += from.hour
    into.day += from.day
    into.week += from.week
  },
  columns: [
    {
      name: 'late',
      type: 'int8',
      get: (state, granularity) => state[granularity],
      set: (state, value, granularity) => void (state[granularity] = value as number),
    },
  ],
}
