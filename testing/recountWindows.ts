import { UTCDate } from '@date-fns/utc'
import { startOfDay } from 'date-fns/startOfDay'
import { startOfHour } from 'date-fns/startOfHour'
import { startOfISOWeek } from 'date-fns/startOfISOWeek'
import type { PatternEvent } from '@patterns/shared/contract/patternEvent.ts'
import type { RecordedEvent } from './eventHistories.ts'

/**
 * The windows of one shard, counted again from the definitions alone: plain lists, big integers and a
 * calendar library, and none of the code that counts in earnest. Slow, and meant to be.
 */

/** A row of the window tables without its key, as the pool reads it. */
export type RecountedRow = Readonly<Record<string, number | bigint | Buffer | null>>

const calendar = { hour: startOfHour, day: startOfDay, week: startOfISOWeek }
const granularities = ['hour', 'day', 'week'] as const
type Granularity = (typeof granularities)[number]

interface Placed {
  readonly event: PatternEvent
  readonly position: number
  readonly recordedAt: number
}

const place = (history: readonly RecordedEvent[]): Placed[] =>
  history.map(({ event, recordedAt }, i) => ({ event, position: i + 1, recordedAt }))

const bigSum = (values: readonly number[]): bigint => values.reduce((sum, value) => sum + BigInt(value), 0n)
const minOf = (values: readonly number[]): number | null => values.toSorted((a, b) => a - b)[0] ?? null
const maxOf = (values: readonly number[]): number | null => values.toSorted((a, b) => b - a)[0] ?? null

const leb128 = (value: number): number[] =>
  value < 128 ? [value] : [(value % 128) + 128, ...leb128(Math.floor(value / 128))]

/** The first bin that counted, then the counts up to the last bin that did, each in LEB128. */
const histogramOf = (bins: readonly number[]): Buffer | null => {
  const first = minOf(bins)
  const last = maxOf(bins)
  if (first === null || last === null) return null
  const counts = Array.from(
    { length: last - first + 1 },
    (_, i) => bins.filter((bin) => bin === first + i).length,
  )
  return Buffer.from([first, ...counts].flatMap(leb128))
}

const qualityBin = (millionths: number): number =>
  Math.min(19, Number((BigInt(millionths) * 20n) / 1_000_000n))

/** Bin 0 holds 0 and 1 ms; the upper edge of each further one is a tenth above that of the one before. */
const durationBin = (ms: number): number => {
  let bin = 0
  for (let edge = 1; edge < ms; edge *= 1.1) bin++
  return bin
}

const present = (value: number | undefined): value is number => value !== undefined

const countRow = (events: readonly Placed[]): RecountedRow => {
  const outcomes = events.map(({ event }) => event.outcome).filter((outcome) => outcome !== undefined)
  const withOutcome = (wanted: string) => outcomes.filter((outcome) => outcome === wanted).length
  const scores = events.map(({ event }) => event.qualityMillionths).filter(present)
  const durations = events.map(({ event }) => event.executionTimeMs).filter(present)
  const positions = events.map(({ position }) => position)
  const recorded = events.map(({ recordedAt }) => recordedAt)
  return {
    uses: outcomes.length,
    successes: withOutcome('success'),
    partial_successes: withOutcome('partial_success'),
    failures: withOutcome('failure'),
    errors: withOutcome('error'),
    quality_count: scores.length,
    quality_sum: Number(bigSum(scores)),
    quality_square_sum: scores.reduce((sum, score) => sum + BigInt(score) ** 2n, 0n),
    quality_min: minOf(scores),
    quality_max: maxOf(scores),
    quality_histogram: histogramOf(scores.map(qualityBin)),
    duration_count: durations.length,
    duration_sum_ms: Number(bigSum(durations)),
    duration_min_ms: minOf(durations),
    duration_max_ms: maxOf(durations),
    duration_histogram: histogramOf(durations.map(durationBin)),
    first_recorded_ms: minOf(recorded),
    last_recorded_ms: maxOf(recorded),
    first_position: minOf(positions),
    last_position: maxOf(positions),
  }
}

/** Names a row: `hour/<pattern id>/<start>`, with `total` in the pattern's place for all together. */
export const rowKey = (granularity: string, patternId: string | null, start: Date): string =>
  `${granularity}/${patternId ?? 'total'}/${start.toISOString()}`

const group = (events: readonly Placed[], keyOf: (placed: Placed) => string): Map<string, Placed[]> => {
  const groups = new Map<string, Placed[]>()
  for (const placed of events) {
    const key = keyOf(placed)
    groups.set(key, [...(groups.get(key) ?? []), placed])
  }
  return groups
}

/** Every window row that a shard's log makes, by `rowKey`. */
export const recountWindows = (history: readonly RecordedEvent[]): Map<string, RecountedRow> => {
  const rows = new Map<string, RecountedRow>()
  const count = (events: readonly Placed[], granularity: Granularity, patternId: string | null): void => {
    const startOf = calendar[granularity]
    const windows = group(events, ({ event }) => startOf(new UTCDate(event.occurredAt)).toISOString())
    for (const [start, inWindow] of windows) {
      rows.set(rowKey(granularity, patternId, new Date(start)), countRow(inWindow))
    }
  }
  const placed = place(history).filter(({ event }) => !event.isTest)
  for (const granularity of granularities) {
    count(placed, granularity, null)
    for (const [patternId, events] of group(placed, ({ event }) => event.patternId)) {
      count(events, granularity, patternId)
    }
  }
  return rows
}
