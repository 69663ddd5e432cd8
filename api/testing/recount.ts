import type { SeededEvent } from '@patterns/testing/seedProjections.ts'

/**
 * What answers must say, counted again from the events with plain lists and the calendar of `Intl`, without any of the
 * code under test.
 */

export type Zone = string
export type Granularity = 'hour' | 'day' | 'week'

const formats = new Map<Zone, Intl.DateTimeFormat>()

/** The calendar date of an instant in a zone, as `2026-03-18`. */
const localDate = (time: number, zone: Zone): string => {
  let format = formats.get(zone)
  if (format === undefined) {
    format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short' })
    formats.set(zone, format)
  }
  return format.format(time)
}

/** Names the hour, day or ISO week of an instant in a zone. */
export const bucketName = (time: number, granularity: Granularity, zone: Zone): string => {
  if (granularity === 'hour') return new Date(Math.floor(time / 3_600_000) * 3_600_000).toISOString()
  const date = localDate(time, zone)
  if (granularity === 'day') return date
  const day = new Date(`${date}T12:00:00Z`)
  const sinceMonday = (day.getUTCDay() + 6) % 7
  return new Date(day.getTime() - sinceMonday * 86_400_000).toISOString().slice(0, 10)
}

export const inRange = (
  events: readonly SeededEvent[],
  { from, to }: { readonly from: string; readonly to: string },
): SeededEvent[] =>
  events.filter(({ event }) => event.occurredAt >= Date.parse(from) && event.occurredAt < Date.parse(to))

export const ofPattern = (events: readonly SeededEvent[], patternId: string): SeededEvent[] =>
  events.filter(({ event }) => event.patternId === patternId)

/** The events of the patterns that were last given this type. */
export const ofType = (events: readonly SeededEvent[], patternType: string): SeededEvent[] =>
  [...Map.groupBy(events, ({ event }) => event.patternId).values()]
    .filter((own) => {
      const said = own.filter(({ event }) => event.patternType !== undefined)
      const [last] = said.toSorted(
        ({ event: a }, { event: b }) => b.occurredAt - a.occurredAt || (a.eventId < b.eventId ? 1 : -1),
      )
      return last?.event.patternType === patternType
    })
    .flat()

const uses = (events: readonly SeededEvent[]): SeededEvent[] =>
  events.filter(({ event }) => event.type === 'pattern.used')

export const countUses = (events: readonly SeededEvent[]): number => uses(events).length

export const countOutcome = (events: readonly SeededEvent[], outcome: string): number =>
  events.filter(({ event }) => event.outcome === outcome).length

export const scores = (events: readonly SeededEvent[]): number[] =>
  events.flatMap(({ event }) =>
    event.qualityMillionths === undefined ? [] : [event.qualityMillionths / 1e6],
  )

export const durations = (events: readonly SeededEvent[]): number[] =>
  events.flatMap(({ event }) => (event.executionTimeMs === undefined ? [] : [event.executionTimeMs]))

export const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length

export const stddev = (values: readonly number[]): number | null => {
  if (values.length < 2) return null
  const average = mean(values)!
  return Math.sqrt(values.reduce((sum, value) => sum + (value - average) ** 2, 0) / (values.length - 1))
}

export const successRate = (events: readonly SeededEvent[]): number | null => {
  const all = countUses(events)
  return all === 0 ? null : (countOutcome(events, 'success') + countOutcome(events, 'partial_success')) / all
}

/** The value of a metric, and how many observations are behind it. */
export const metricOf = (
  events: readonly SeededEvent[],
  metric: string,
): { value: number | null; sampleSize: number } => {
  const all = countUses(events)
  if (metric === 'usage') return { value: all, sampleSize: all }
  if (metric === 'errors') return { value: countOutcome(events, 'error'), sampleSize: all }
  if (metric === 'success_rate') return { value: successRate(events), sampleSize: all }
  const values = metric === 'quality' ? scores(events) : durations(events)
  return { value: mean(values), sampleSize: values.length }
}

/** The greatest position of each shard. */
export const vectorOf = (events: readonly SeededEvent[]): Record<string, number> => {
  const vector: Record<string, number> = {}
  for (const { shard, position } of events) vector[shard] = Math.max(vector[shard] ?? 0, position)
  return vector
}

/** `after` for the last event of a list. */
export const afterLast = (events: readonly SeededEvent[]): string => {
  const last = events.at(-1)!
  return `${last.shard}:${last.sourceOffset}`
}
