import type { SentEvent } from './sentEvent.ts'
import { max, min, type TableRow } from './tables.ts'

/** What is counted of the events of one window, event by event. */
export interface Window {
  readonly outcomes: Map<string, number>
  readonly qualities: number[]
  readonly durations: number[]
  readonly positions: number[]
  readonly recorded: number[]
}

export const newWindow = (): Window => ({
  outcomes: new Map(),
  qualities: [],
  durations: [],
  positions: [],
  recorded: [],
})

/** Counts one more event in a window. */
export const count = (window: Window, event: SentEvent, position: number, recordedAt: number): void => {
  if (event.outcome !== undefined)
    window.outcomes.set(event.outcome, (window.outcomes.get(event.outcome) ?? 0) + 1)
  if (event.quality !== undefined) window.qualities.push(Math.round(event.quality * 1_000_000))
  if (event.durationMs !== undefined) window.durations.push(event.durationMs)
  window.positions.push(position)
  window.recorded.push(recordedAt)
}

/** Twenty equal bins of 0…1; 1.0 falls in the last. */
const qualityBin = (millionths: number): number => Math.min(19, Math.floor(millionths / 50_000))

/** Bins whose upper edge is a tenth above the one before, the first being 1 ms. */
const durationBin = (ms: number): number => {
  let bin = 0
  for (let edge = 1; edge < ms; edge *= 1.1) bin++
  return bin
}

const histogram = (values: readonly number[], binOf: (value: number) => number): string | null => {
  if (values.length === 0) return null
  const bins = values.map(binOf)
  const first = Math.min(...bins)
  const counts = Array.from({ length: Math.max(...bins) - first + 1 }, () => 0)
  for (const bin of bins) counts[bin - first]! += 1
  return `${first}: ${counts.join(' ')}`
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

/** The row that the table must have of it. */
export const windowRow = ({ outcomes, qualities, durations, positions, recorded }: Window): TableRow => ({
  uses: String(sum([...outcomes.values()])),
  successes: String(outcomes.get('success') ?? 0),
  partial_successes: String(outcomes.get('partial_success') ?? 0),
  failures: String(outcomes.get('failure') ?? 0),
  errors: String(outcomes.get('error') ?? 0),
  quality_count: String(qualities.length),
  quality_sum: String(sum(qualities)),
  quality_square_sum: String(qualities.reduce((total, value) => total + BigInt(value) ** 2n, 0n)),
  quality_min: min(qualities),
  quality_max: max(qualities),
  quality_histogram: histogram(qualities, qualityBin),
  duration_count: String(durations.length),
  duration_sum_ms: String(sum(durations)),
  duration_min_ms: min(durations),
  duration_max_ms: max(durations),
  duration_histogram: histogram(durations, durationBin),
  first_recorded_ms: min(recorded),
  last_recorded_ms: max(recorded),
  first_position: min(positions),
  last_position: max(positions),
})
