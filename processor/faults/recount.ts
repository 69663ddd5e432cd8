import { readSentEvent, type SentEvent } from './sentEvent.ts'
import type { SentMessage } from './sentMessage.ts'
import { canonicalJson, type Tables, type TableRow } from './tables.ts'

/**
 * Counts everything again from the messages that were sent, with plain maps and loops that share no code
 * with `projections/`: by the definitions of `domain.md`, event by event in the order of offsets.
 */

const granularities = ['hour', 'day', 'week'] as const
type Granularity = (typeof granularities)[number]

const hourMs = 3_600_000
const lengths = { hour: hourMs, day: 24 * hourMs, week: 7 * 24 * hourMs }

const startOf = (time: number, granularity: Granularity): number => {
  const date = new Date(time)
  date.setUTCMinutes(0, 0, 0)
  if (granularity === 'hour') return date.getTime()
  date.setUTCHours(0)
  if (granularity === 'week') date.setUTCDate(date.getUTCDate() - ((date.getUTCDay() + 6) % 7))
  return date.getTime()
}

/** Twenty equal bins of 0…1; 1.0 falls in the last. */
const qualityBin = (millionths: number): number => Math.min(19, Math.floor(millionths / 50_000))

/** Bins whose upper edge is a tenth above the one before, the first being 1 ms. */
const durationBin = (ms: number): number => {
  let bin = 0
  for (let edge = 1; edge < ms; edge *= 1.1) bin++
  return bin
}

interface Window {
  readonly outcomes: Map<string, number>
  readonly qualities: number[]
  readonly durations: number[]
  readonly positions: number[]
  late: number
}

const newWindow = (): Window => ({
  outcomes: new Map(),
  qualities: [],
  durations: [],
  positions: [],
  late: 0,
})

interface Entry {
  readonly events: { readonly event: SentEvent; readonly position: number }[]
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
const least = (values: readonly number[]) => (values.length === 0 ? null : String(Math.min(...values)))
const greatest = (values: readonly number[]) => (values.length === 0 ? null : String(Math.max(...values)))

const windowRow = ({ outcomes, qualities, durations, positions, late }: Window): TableRow => ({
  uses: String(sum([...outcomes.values()])),
  successes: String(outcomes.get('success') ?? 0),
  partial_successes: String(outcomes.get('partial_success') ?? 0),
  failures: String(outcomes.get('failure') ?? 0),
  errors: String(outcomes.get('error') ?? 0),
  quality_count: String(qualities.length),
  quality_sum: String(sum(qualities)),
  quality_square_sum: String(qualities.reduce((total, value) => total + BigInt(value) ** 2n, 0n)),
  quality_min: least(qualities),
  quality_max: greatest(qualities),
  quality_histogram: histogram(qualities, qualityBin),
  duration_count: String(durations.length),
  duration_sum_ms: String(sum(durations)),
  duration_min_ms: least(durations),
  duration_max_ms: greatest(durations),
  duration_histogram: histogram(durations, durationBin),
  late: String(late),
  first_position: least(positions),
  last_position: greatest(positions),
})

/** The last word on a field: that of the greatest (occurred_at, event_id). */
const lastWord = ({ events }: Entry, name: string): SentEvent | undefined =>
  events
    .map(({ event }) => event)
    .filter(({ says }) => says[name] !== undefined)
    .toSorted((a, b) => a.occurredAt - b.occurredAt || (a.eventId < b.eventId ? -1 : 1))
    .at(-1)

const catalogueRow = (entry: Entry): TableRow => {
  const times = entry.events.map(({ event }) => event.occurredAt)
  const used = entry.events.filter(({ event }) => event.outcome !== undefined)
  const textOf = (name: string): TableRow => {
    const event = lastWord(entry, name)
    return {
      [name]: (event?.says[name] as string | undefined) ?? null,
      [`${name}_said_at`]: event === undefined ? null : String(event.occurredAt),
      [`${name}_said_by`]: event?.eventId ?? null,
    }
  }
  const rest = Object.fromEntries(
    ['description', 'tags', 'nodeType'].map((name) => {
      const event = lastWord(entry, name)
      if (event === undefined) return [name, null]
      return [name, { value: event.says[name], occurredAt: event.occurredAt, eventId: event.eventId }]
    }),
  )
  const saysRest = Object.values(rest).some((word) => word !== null)
  return {
    first_seen: least(times),
    last_seen: greatest(times),
    last_used: greatest(used.map(({ event }) => event.occurredAt)),
    last_position: greatest(entry.events.map(({ position }) => position)),
    ...textOf('pattern_name'),
    ...textOf('pattern_type'),
    said: saysRest ? canonicalJson(rest) : null,
  }
}

const count = (window: Window, event: SentEvent, position: number, isLate: boolean): void => {
  if (event.outcome !== undefined)
    window.outcomes.set(event.outcome, (window.outcomes.get(event.outcome) ?? 0) + 1)
  if (event.quality !== undefined) window.qualities.push(Math.round(event.quality * 1_000_000))
  if (event.durationMs !== undefined) window.durations.push(event.durationMs)
  window.positions.push(position)
  if (isLate) window.late += 1
}

const getOrMake = <Value>(map: Map<string, Value>, key: string, make: () => Value): Value => {
  const value = map.get(key) ?? make()
  map.set(key, value)
  return value
}

/** The rows of one shard, from its messages in the order of their offsets. */
const recountShard = (
  shard: number,
  messages: readonly SentMessage[],
  topic: string,
  lastOffset: number,
): Tables => {
  const windows = new Map<string, Window>()
  const entries = new Map<string, Entry>()
  const known = new Map<string, number>()
  const tables: Tables = {
    windows: new Map(),
    catalogue: new Map(),
    heads: new Map(),
    checkpoints: new Map(),
    log: new Map(),
    deadLetters: new Map(),
    duplicates: new Map(),
  }
  let position = 0
  let watermark = -Infinity
  let lastLatePosition = 0

  for (const message of messages) {
    const place = `${shard}:${message.offset}`
    if (message.fate === 'duplicate') {
      const { eventId } = readSentEvent(message, topic)
      tables.duplicates.set(place, { position: String(known.get(eventId)) })
      continue
    }
    if (message.fate !== 'event') {
      tables.deadLetters.set(place, {
        reason: message.fate,
        key: message.key?.toString('hex') ?? null,
        value: message.value?.toString('hex') ?? null,
        headers: message.headers === undefined ? null : canonicalJson(message.headers),
        recorded_at: String(message.timestamp),
      })
      continue
    }
    position += 1
    const event = readSentEvent(message, topic)
    known.set(event.eventId, position)
    tables.log.set(`${shard}/${position}`, {
      source_offset: String(message.offset),
      recorded_at: String(message.timestamp),
      event_id: event.eventId,
      value: message.value!.toString('hex'),
    })
    for (const granularity of granularities) {
      const start = startOf(event.occurredAt, granularity)
      // Settled: the shard's event time was already more than the grace of one hour past the window's end.
      const isLate = watermark > start + lengths[granularity] + hourMs
      if (isLate && granularity === 'hour') lastLatePosition = position
      for (const whose of [event.patternId, 'all']) {
        const window = getOrMake(windows, `${granularity}/${whose}/${start}/${shard}`, newWindow)
        count(window, event, position, isLate)
      }
    }
    getOrMake(entries, `${event.patternId}/${shard}`, () => ({ events: [] })).events.push({ event, position })
    watermark = Math.max(watermark, Math.min(event.occurredAt, message.timestamp))
  }

  for (const [key, window] of windows) tables.windows.set(key, windowRow(window))
  for (const [key, entry] of entries) tables.catalogue.set(key, catalogueRow(entry))
  const [firstOffset, nextOffset] = [messages[0]?.offset ?? lastOffset, lastOffset]
  tables.heads.set(String(shard), {
    position: String(position),
    first_source_offset: String(firstOffset),
    next_source_offset: String(nextOffset),
    duplicates: String(tables.duplicates.size),
    dead_lettered: String(tables.deadLetters.size),
    not_records: String(nextOffset - firstOffset - messages.length),
  })
  tables.checkpoints.set(String(shard), {
    position: String(position),
    watermark: watermark === -Infinity ? null : String(watermark),
    last_late_position: String(lastLatePosition),
  })
  return tables
}

export interface RecountOptions {
  readonly topic: string
  /** Where each partition ends; default after its last message. More where control records follow it. */
  readonly ends: ReadonlyMap<number, number>
}

/** All that the tables must hold, from nothing but the messages that were sent. */
export const recount = (sent: readonly SentMessage[], { topic, ends }: RecountOptions): Tables => {
  const all = [...ends].map(([shard, end]) => {
    const messages = sent
      .filter(({ partition }) => partition === shard)
      .toSorted((a, b) => a.offset - b.offset)
    return recountShard(shard, messages, topic, end)
  })
  const merge = (table: keyof Tables) => new Map(all.flatMap((tables) => [...tables[table]]))
  return {
    windows: merge('windows'),
    catalogue: merge('catalogue'),
    heads: merge('heads'),
    checkpoints: merge('checkpoints'),
    log: merge('log'),
    deadLetters: merge('deadLetters'),
    duplicates: merge('duplicates'),
  }
}
