import { emergence } from '@patterns/projections/analytics/emergence.ts'
import type { PatternEvent } from '@patterns/shared/contract/patternEvent.ts'

/**
 * The standings, counted again from the events and the definitions alone: no windows, no sums that are carried on, and none of
 * the code that counts in earnest. Slow, and meant to be.
 */

/** A row of a table or view without its key; times in epoch milliseconds. */
export type StandingRow = Readonly<Record<string, unknown>>

const hourMs = 3_600_000

const daysOf = { '24h': 1, '7d': 7, '30d': 30, '90d': 90 } as const
export type RangeName = keyof typeof daysOf
export const rangeNames = Object.keys(daysOf) as RangeName[]

const between = (events: readonly PatternEvent[], from: number, to: number): PatternEvent[] =>
  events.filter(({ occurredAt }) => from <= occurredAt && occurredAt < to)

const usesOf = (events: readonly PatternEvent[]): number =>
  events.filter(({ outcome }) => outcome !== undefined).length

const add = (values: readonly (number | undefined)[]): number =>
  values.reduce<number>((sum, value) => sum + (value ?? 0), 0)

const sumsOf = (events: readonly PatternEvent[]): Record<string, number> => {
  const withOutcome = (wanted: string) => events.filter(({ outcome }) => outcome === wanted).length
  return {
    successes: withOutcome('success'),
    partial_successes: withOutcome('partial_success'),
    failures: withOutcome('failure'),
    errors: withOutcome('error'),
    quality_count: events.filter(({ qualityMillionths }) => qualityMillionths !== undefined).length,
    quality_sum: add(events.map(({ qualityMillionths }) => qualityMillionths)),
    duration_count: events.filter(({ executionTimeMs }) => executionTimeMs !== undefined).length,
    duration_sum_ms: add(events.map(({ executionTimeMs }) => executionTimeMs)),
  }
}

/** What was said last, of all that is said in no order: the word of the greatest (occurred_at, event_id). */
const lastWord = (events: readonly PatternEvent[], wordOf: (event: PatternEvent) => string | undefined) =>
  events
    .filter((event) => wordOf(event) !== undefined)
    .toSorted((a, b) => a.occurredAt - b.occurredAt || (a.eventId < b.eventId ? -1 : 1))
    .map(wordOf)
    .at(-1) ?? null

/** What is known of a pattern beside its sums. */
const catalogueOf = (events: readonly PatternEvent[]): StandingRow => {
  const times = events.map(({ occurredAt }) => occurredAt)
  const used = events.filter(({ outcome }) => outcome !== undefined).map(({ occurredAt }) => occurredAt)
  const name = lastWord(events, ({ patternName }) => patternName)
  return {
    pattern_name: name,
    search_name: name?.toLowerCase() ?? null,
    pattern_type: lastWord(events, ({ patternType }) => patternType),
    first_seen: Math.min(...times),
    last_seen: Math.max(...times),
    last_used: used.length === 0 ? null : Math.max(...used),
  }
}

/** Growth of the uses in the closed hours over those in as many hours before. */
const growthOf = (events: readonly PatternEvent[], lengthMs: number, closedUntil: number): StandingRow => {
  const from = closedUntil - lengthMs
  const current = usesOf(between(events, from, closedUntil))
  const previous = usesOf(between(events, from - lengthMs, from))
  const isNew = Math.min(...events.map(({ occurredAt }) => occurredAt)) >= from
  const { kind, probability } = emergence({ current, previous, isNew })
  return { closed_uses: current, previous_uses: previous, is_new: isNew, trend: kind, probability }
}

export interface RecountedStandings {
  readonly open: Record<string, StandingRow>
  readonly closed: Record<RangeName, Record<string, StandingRow>>
  readonly whole: Record<RangeName, Record<string, StandingRow>>
}

/**
 * All standings by pattern, if `closedUntil` is the end of the last closed hour; the running hour is the one after that.
 * @param log the events of all shards
 */
export const recountStandings = (log: readonly PatternEvent[], closedUntil: number): RecountedStandings => {
  const patterns = Object.groupBy(
    log.filter(({ isTest }) => !isTest),
    ({ patternId }) => patternId,
  ) as Record<string, PatternEvent[]>
  const rows = (rowOf: (events: readonly PatternEvent[]) => StandingRow) =>
    Object.fromEntries(Object.entries(patterns).map(([patternId, events]) => [patternId, rowOf(events)]))
  const ranges = <Rows>(rowsOf: (lengthMs: number) => Rows) =>
    Object.fromEntries(rangeNames.map((name) => [name, rowsOf(daysOf[name] * 24 * hourMs)])) as Record<
      RangeName,
      Rows
    >
  const runningHour = closedUntil + hourMs
  const endOfHour = runningHour + hourMs
  return {
    open: rows((events) => ({
      ...catalogueOf(events),
      ...sumsOf(between(events, closedUntil, endOfHour)),
    })),
    closed: ranges((lengthMs) =>
      rows((events) => ({
        ...sumsOf(between(events, runningHour - lengthMs, closedUntil)),
        ...growthOf(events, lengthMs, closedUntil),
      })),
    ),
    whole: ranges((lengthMs) =>
      rows((events) => {
        const inRange = between(events, runningHour - lengthMs, endOfHour)
        return {
          ...catalogueOf(events),
          uses: usesOf(inRange),
          ...sumsOf(inRange),
          ...growthOf(events, lengthMs, closedUntil),
        }
      }),
    ),
  }
}
