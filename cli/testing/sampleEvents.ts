import { patternEvents } from '@patterns/generator/events.ts'

/** The events of three days, the same each time. */
export const from = Date.UTC(2026, 3, 1)
export const plain = [
  ...patternEvents({ seed: 'cli', from, to: from + 3 * 86_400_000, eventsPerSecond: 0.01 }),
]

/** Each as the line that a producer writes. */
export const goodLines = plain.map(({ value }) => value)
