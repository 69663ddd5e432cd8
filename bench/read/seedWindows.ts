import type { PatternEvent } from '@patterns/shared/contract/patternEvent.ts'
import { type CatalogueEntry, emptyEntry } from '@patterns/projections/catalogue.ts'
import type { ColumnValue } from '@patterns/projections/measure.ts'
import { granularities, type Granularity, windowMs, windowStart } from '@patterns/projections/window.ts'
import {
  addToWindow,
  mergeWindow,
  windowColumns,
  type WindowState,
  zeroWindow,
} from '@patterns/projections/windowState.ts'
import { servedProjections, servedTables, servedVersion } from '@patterns/read-model/served.ts'
import { upsertCatalogue } from '@patterns/read-model/writing/upsertCatalogue.ts'
import { moveCheckpoint, openCheckpoint } from '@patterns/read-model/writing/moveCheckpoint.ts'
import pg from 'pg'
import { openCopy } from './openCopy.ts'
import { seeded, type Random } from '@patterns/projections/testing/simulated.ts'
import { seedLog } from './seedLog.ts'
import { type SeededPattern, seedPatterns } from './seedPatterns.ts'

export interface SeedOptions {
  readonly databaseUrl: string
  readonly patterns: number
  readonly days: number
  readonly shards: number
  /** Uses of all patterns together in an hour, on average. */
  readonly usesPerHour: number
  /** The first instant after the seeded time, epoch milliseconds. */
  readonly end: number
  /** The events of the last so many hours are in the log as well. */
  readonly hoursInLog: number
  readonly onProgress?: (done: number, all: number) => void
}

export interface Seeded {
  readonly patterns: readonly SeededPattern[]
  readonly rows: Readonly<Record<Granularity | 'totals', number>>
}

const columnNames = windowColumns.map((column) => column.name).join(', ')

/** A value as COPY's text format has it. */
const field = (value: ColumnValue): string => {
  if (value === null) return String.raw`\N`
  return Buffer.isBuffer(value) ? String.raw`\\x${value.toString('hex')}` : String(value)
}

const line = (keys: readonly (string | number)[], state: WindowState): string =>
  `${keys.join('\t')}\t${windowColumns.map((column) => field(column.get(state))).join('\t')}\n`

const hex12 = (value: number): string => value.toString(16).padStart(12, '0')

/** One use of a pattern, drawn from its character. */
export const drawUse = (pattern: SeededPattern, occurredAt: number, random: Random): PatternEvent => {
  const luck = random()
  const [succeeds, partly] = [pattern.successRate, pattern.successRate + 0.04]
  return {
    eventId: `00000000-0000-7000-8000-${hex12(Math.floor(random() * 2 ** 48))}`,
    type: 'pattern.used',
    patternId: pattern.id,
    occurredAt,
    isTest: false,
    patternName: undefined,
    patternType: undefined,
    outcome:
      luck < succeeds ? 'success' : luck < partly ? 'partial_success' : luck < 0.99 ? 'failure' : 'error',
    qualityMillionths:
      random() < 0.7
        ? Math.round(1e6 * Math.min(1, Math.max(0, pattern.quality + 0.2 * (random() - 0.5))))
        : undefined,
    executionTimeMs: random() < 0.8 ? Math.round(pattern.durationMs * Math.exp(2 * random() - 1)) : undefined,
    registration: undefined,
  }
}

/** How many uses an hour brings: Poisson, by Knuth's product of uniforms, in steps that cannot underflow. */
const drawCount = (mean: number, random: Random): number => {
  let count = 0
  for (let left = mean; left > 0; left -= 500) {
    const min = Math.exp(-Math.min(left, 500))
    for (let product = random(); product > min; product *= random()) count++
  }
  return count
}

/**
 * Writes the windows of a time that is over, as the processor would have left them: hour, day and week rows of
 * every pattern and their totals, consistent with one another, in the order of time; the catalogue; and the
 * checkpoints. Uses are skewed (Zipf, exponent 0.9), so a few patterns are in every hour and most in few.
 */
export const seedWindows = async (options: SeedOptions): Promise<Seeded> => {
  const { databaseUrl, days, shards, end, usesPerHour } = options
  const random = seeded(20_260_101)
  const patterns = seedPatterns({ ...options, random })
  const start = windowStart(end - days * windowMs.day, 'hour')
  const positions = new Array<number>(shards).fill(0)
  const rows = { hour: 0, day: 0, week: 0, totals: 0 }
  const long = { day: new Map<SeededPattern, WindowState>(), week: new Map<SeededPattern, WindowState>() }
  const totals = new Map<string, WindowState>()

  const logBegins = end - options.hoursInLog * windowMs.hour
  const logged = positions.map((): PatternEvent[] => [])

  /** The uses of an hour, in the order of time, as they would have come. */
  const drawHour = (hour: number): Map<SeededPattern, WindowState> => {
    const uses: { pattern: SeededPattern; event: PatternEvent }[] = []
    const states = new Map<SeededPattern, WindowState>()
    for (const pattern of patterns) {
      const count = drawCount(usesPerHour * pattern.share, random)
      if (count > 0) states.set(pattern, zeroWindow())
      for (let i = 0; i < count; i++) {
        const event = drawUse(pattern, hour + Math.floor(random() * windowMs.hour), random)
        uses.push({ pattern, event })
      }
    }
    uses.sort((a, b) => a.event.occurredAt - b.event.occurredAt)
    for (const { pattern, event } of uses) {
      const position = ++positions[pattern.shard]!
      addToWindow(states.get(pattern)!, { event, position, recordedAt: event.occurredAt })
      pattern.firstSeen = Math.min(pattern.firstSeen, event.occurredAt)
      pattern.lastSeen = Math.max(pattern.lastSeen, event.occurredAt)
      pattern.lastPosition = position
      if (hour >= logBegins) logged[pattern.shard]!.push(event)
    }
    return states
  }
  const addTo = <Key>(windows: Map<Key, WindowState>, key: Key, state: WindowState): void => {
    const known = windows.get(key)
    if (known === undefined) windows.set(key, structuredClone(state))
    else mergeWindow(known, state)
  }
  const closeLong = function* (granularity: 'day' | 'week', at: number): Generator<[Granularity, string]> {
    const opened = new Date(windowStart(at, granularity)).toISOString()
    for (const [pattern, state] of long[granularity]) {
      rows[granularity]++
      yield [granularity, line([pattern.id, opened, pattern.shard], state)]
    }
    long[granularity].clear()
  }
  const patternLines = function* (): Generator<[Granularity, string]> {
    for (let hour = start; hour < end; hour += windowMs.hour) {
      const opened = new Date(hour).toISOString()
      let chunk = ''
      for (const [pattern, state] of drawHour(hour)) {
        rows.hour++
        chunk += line([pattern.id, opened, pattern.shard], state)
        addTo(long.day, pattern, state)
        addTo(long.week, pattern, state)
        for (const granularity of granularities)
          addTo(totals, `${granularity}\t${windowStart(hour, granularity)}\t${pattern.shard}`, state)
      }
      yield ['hour', chunk]
      const next = hour + windowMs.hour
      for (const granularity of ['day', 'week'] as const) {
        if (next >= end || windowStart(next, granularity) === next) yield* closeLong(granularity, hour)
      }
      options.onProgress?.(next - start, end - start)
    }
  }

  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const copyAll = async (
      kind: 'windows' | 'totals',
      keys: string,
      lines: Iterable<[Granularity, string]>,
    ): Promise<void> => {
      const open = (size: Granularity) =>
        openCopy(databaseUrl, servedTables[kind][size], `${keys}, ${columnNames}`)
      const copies = { hour: await open('hour'), day: await open('day'), week: await open('week') }
      for (const [granularity, text] of lines) await copies[granularity].write(text)
      await Promise.all(Object.values(copies).map((copy) => copy.end()))
    }
    await copyAll('windows', 'pattern_id, window_start, shard', patternLines())
    const totalLines = [...totals].map(([key, state]): [Granularity, string] => {
      const [granularity, at, shard] = key.split('\t') as [Granularity, string, string]
      return [granularity, line([new Date(Number(at)).toISOString(), shard], state)]
    })
    rows.totals = totalLines.length
    await copyAll('totals', 'window_start, shard', totalLines)
    await seedCatalogue(client, patterns)
    await client.query(
      `insert into pattern_homes (pattern_id, shards)
       select pattern_id, array_agg(shard) from ${servedTables.catalogue} group by pattern_id`,
    )
    for (const [shard, position] of positions.entries()) {
      const key = { ...servedProjections.windows, shard }
      await openCheckpoint(client, key)
      await moveCheckpoint(client, key, 0, { position, watermark: end })
    }
    await seedLog(databaseUrl, positions, logged)
    await client.query('vacuum analyze')
  } finally {
    await client.end()
  }
  return { patterns, rows }
}

const entryOf = ({ id, name, type, firstSeen, lastSeen, lastPosition }: SeededPattern): CatalogueEntry => {
  const reported = (value: string) => ({ value, occurredAt: firstSeen, eventId: id })
  return {
    ...emptyEntry(),
    firstSeen,
    lastSeen,
    lastUsed: lastSeen,
    lastPosition,
    patternName: reported(name),
    patternType: reported(type),
  }
}

const seedCatalogue = async (client: pg.Client, patterns: readonly SeededPattern[]): Promise<void> => {
  const seen = patterns.filter((pattern) => pattern.lastPosition > 0)
  for (const [shard, ofShard] of Map.groupBy(seen, (pattern) => pattern.shard))
    await upsertCatalogue(client, servedVersion, shard, {
      entries: ofShard.map((pattern) => [pattern.id, entryOf(pattern)] as const),
      registered: new Set(),
    })
}
