import { catalogueRow, type Entry } from './recountEntry.ts'
import { count, newWindow, type Window, windowRow } from './recountWindow.ts'
import { readSentEvent } from './sentEvent.ts'
import type { SentMessage } from './sentMessage.ts'
import { canonicalJson, type Tables } from './tables.ts'

/**
 * Counts everything again from the messages that were sent, with plain maps and loops that share no code
 * with `projections/`: by the definitions of `domain.md`, event by event in the order of offsets.
 */

const granularities = ['hour', 'day', 'week'] as const
type Granularity = (typeof granularities)[number]

const startOf = (time: number, granularity: Granularity): number => {
  const date = new Date(time)
  date.setUTCMinutes(0, 0, 0)
  if (granularity === 'hour') return date.getTime()
  date.setUTCHours(0)
  if (granularity === 'week') date.setUTCDate(date.getUTCDate() - ((date.getUTCDay() + 6) % 7))
  return date.getTime()
}

const getOrMake = <Value>(map: Map<string, Value>, key: string, make: () => Value): Value => {
  const value = map.get(key) ?? make()
  map.set(key, value)
  return value
}

const inOrder = (sent: readonly SentMessage[], shard: number): SentMessage[] =>
  sent.filter(({ partition }) => partition === shard).toSorted((a, b) => a.offset - b.offset)

interface Place {
  readonly shard: number
  readonly position: number
}

/** Where each event lies in the log, by its id. */
const placesOf = (
  shards: Iterable<number>,
  sent: readonly SentMessage[],
  topic: string,
): Map<string, Place> =>
  new Map(
    [...shards].flatMap((shard) =>
      inOrder(sent, shard)
        .filter(({ fate }) => fate === 'event')
        .map((message, i): [string, Place] => [
          readSentEvent(message, topic).eventId,
          { shard, position: i + 1 },
        ]),
    ),
  )

/** The rows of one shard, from its messages in the order of their offsets. */
const recountShard = (
  shard: number,
  messages: readonly SentMessage[],
  places: ReadonlyMap<string, Place>,
  topic: string,
  lastOffset: number,
): Tables => {
  const windows = new Map<string, Window>()
  const entries = new Map<string, Entry>()
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

  for (const message of messages) {
    const place = `${shard}:${message.offset}`
    if (message.fate === 'duplicate') {
      const { eventId } = readSentEvent(message, topic)
      const first = places.get(eventId)
      tables.duplicates.set(place, { position: String(first?.position), first_shard: String(first?.shard) })
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
    tables.log.set(`${shard}/${position}`, {
      source_offset: String(message.offset),
      recorded_at: String(message.timestamp),
      event_id: event.eventId,
      value: message.value!.toString('hex'),
    })
    for (const granularity of granularities) {
      const start = startOf(event.occurredAt, granularity)
      for (const patternId of [event.patternId, 'all']) {
        const window = getOrMake(windows, `${granularity}/${patternId}/${start}/${shard}`, newWindow)
        count(window, event, position, message.timestamp)
      }
    }
    getOrMake(entries, `${event.patternId}/${shard}`, () => ({ events: [] })).events.push({ event, position })
    watermark = Math.max(watermark, Math.min(event.occurredAt, message.timestamp))
  }

  for (const [key, window] of windows) tables.windows.set(key, windowRow(window))
  for (const [key, entry] of entries) tables.catalogue.set(key, catalogueRow(entry))
  const reached = watermark === -Infinity ? null : String(watermark)
  const [firstOffset, nextOffset] = [messages[0]?.offset ?? lastOffset, lastOffset]
  tables.heads.set(String(shard), {
    position: String(position),
    first_source_offset: String(firstOffset),
    next_source_offset: String(nextOffset),
    duplicates: String(tables.duplicates.size),
    dead_lettered: String(tables.deadLetters.size),
    not_records: String(nextOffset - firstOffset - messages.length),
    watermark: reached,
  })
  tables.checkpoints.set(String(shard), { position: String(position), watermark: reached })
  return tables
}

export interface RecountOptions {
  readonly topic: string
  /** Where each partition ends; default after its last message. More if control records follow it. */
  readonly ends: ReadonlyMap<number, number>
}

/** All that the tables must hold, from nothing but the messages that were sent. */
export const recount = (sent: readonly SentMessage[], { topic, ends }: RecountOptions): Tables => {
  const places = placesOf(ends.keys(), sent, topic)
  const all = [...ends].map(([shard, end]) => recountShard(shard, inOrder(sent, shard), places, topic, end))
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
