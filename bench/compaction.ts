import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compactShard } from '@patterns/event-log/postgres/compactShard.ts'
import { createPostgresEventLog } from '@patterns/event-log/postgres/postgresEventLog.ts'
import { createSegmentPartitions } from '@patterns/event-log/postgres/segmentPartitions.ts'
import { startEmbeddedPostgres } from '@patterns/launcher/embeddedPostgres.ts'
import { migrate } from '@patterns/launcher/migrate.ts'
import { createPool } from '@patterns/shared/postgres/pool.ts'
import type { Command } from 'commander'
import type pg from 'pg'
import { printFigures, printResult } from './printResult.ts'

const shard = 0
/** So many that none is small; they are not unpacked, so they have no payload. */
const eventsPerSegment = 300
/** What a quiet minute leaves. */
const smallSegments = 60
const rounds = 5

/** A log of so many events, a segment a second, up to some minutes ago. */
const seed = async (pool: pg.Pool, segments: number): Promise<void> => {
  const events = segments * eventsPerSegment
  await createSegmentPartitions(pool).reach(events)
  await pool.query(
    `insert into event_log_shards (shard, position, first_source_offset, next_source_offset, appended_at)
     values ($1, $2, 0, $2, now() - interval '1 hour')`,
    [shard, events],
  )
  await pool.query(
    `insert into event_log_segments (shard, first_position, event_count, first_source_offset, last_source_offset,
       min_occurred_at, max_occurred_at, min_recorded_at, max_recorded_at, event_ids, payload, appended_at)
     select $1, i * $3 + 1, $3, i * $3, i * $3 + $3 - 1, at, at, at, at, '', '', at
     from (select i, now() - interval '1 hour' - make_interval(secs => $2::int8 - i) as at
           from generate_series(0, $2::int8 - 1) as i) as seconds`,
    [shard, segments, eventsPerSegment],
  )
  await pool.query('vacuum analyze event_log_segments')
}

/** Appends what a minute of little traffic leaves, as if it were some minutes ago. */
const appendMinute = async (pool: pg.Pool): Promise<void> => {
  const log = createPostgresEventLog({ pool })
  let expected: Parameters<typeof log.append>[0]['expected'] = (await log.head(shard))!
  const before = expected.position
  for (let i = 0; i < smallSegments; i++) {
    const offset = expected.nextSourceOffset
    const appended = await log.append({
      shard,
      expected,
      events: [
        {
          eventId: `0197a3b4-5c6d-7e8f-9012-${offset.toString(16).padStart(12, '0')}`,
          occurredAt: Date.now(),
          event: { patternId: '0197a3b4-0000-7000-8000-000000000001', outcome: 'success', isTest: false },
          message: { offset, key: null, value: Buffer.from('{}'), headers: undefined, timestamp: Date.now() },
        },
      ],
      deadLetters: [],
      duplicates: [],
      nextSourceOffset: offset + 1,
    })
    if (!appended.ok) throw new Error('Somebody else writes to the shard')
    expected = appended.head
  }
  await pool.query(
    `update event_log_segments set appended_at = date_trunc('minute', now()) - interval '5 minutes'
     where shard = $1 and first_position > $2`,
    [shard, before],
  )
}

const timed = async (work: () => Promise<number>): Promise<{ ms: number; merged: number }> => {
  const began = performance.now()
  const merged = await work()
  return { ms: Math.round((performance.now() - began) * 10) / 10, merged }
}

const measure = async (pool: pg.Pool, events: number) => {
  const segments = Math.floor(events / eventsPerSegment)
  await seed(pool, segments)
  const first = await timed(() => compactShard(pool, shard))
  const all: { ms: number; merged: number }[] = []
  for (let round = 0; round < rounds; round++) {
    await appendMinute(pool)
    all.push(await timed(() => compactShard(pool, shard)))
  }
  return {
    events,
    segments,
    first_round_ms: first.ms,
    round_ms: all.map(({ ms }) => ms),
    merged_a_round: all.map(({ merged }) => merged),
  }
}

/** `npm run bench -- compaction`: what merging the segments of a minute costs beside a short log and a long one. */
export const register = (program: Command): void => {
  program
    .command('compaction')
    .description(
      'milliseconds that a minute of compaction takes, by how many events the log holds; seeded rows without payload',
    )
    .option('--events <list>', 'how many events the log holds', '1000000,100000000')
    .action(async (options: { events: string }) => {
      const dir = mkdtempSync(join(tmpdir(), 'pattern-bench-'))
      const postgres = await startEmbeddedPostgres({ dataDir: join(dir, 'postgres') })
      try {
        const logs: object[] = []
        for (const events of options.events.split(',').map(Number)) {
          const databaseUrl = postgres.url('postgres')
          await migrate({ databaseUrl })
          const pool = createPool({
            connectionString: databaseUrl,
            applicationName: 'bench',
            onIdleError: () => {},
          })
          await pool.query('truncate event_log_shards, event_log_segments')
          const figures = await measure(pool, events)
          await pool.end()
          printFigures(figures)
          logs.push(figures)
        }
        printResult('compaction', { small_segments_a_round: smallSegments, payload: false }, { logs })
      } finally {
        await postgres.stop('immediate')
        rmSync(dir, { recursive: true, force: true })
      }
    })
}
