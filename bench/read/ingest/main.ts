import { createPostgresEventLog } from '@patterns/event-log/postgres/postgresEventLog.ts'
import { startLogCompaction } from '@patterns/processor/compactLog.ts'
import { createFlushNotifier } from '@patterns/processor/project/flushNotifier.ts'
import { openProjector } from '@patterns/processor/project/projector.ts'
import { createStandings } from '@patterns/processor/standings/standings.ts'
import { servedProjections } from '@patterns/read-model/served.ts'
import { createPool } from '@patterns/shared/postgres/pool.ts'
import { runProcess } from '@patterns/shared/runProcess.ts'
import { databaseSettings } from '@patterns/shared/settings/settings.ts'
import { z } from 'zod'
import { seeded } from '@patterns/projections/testing/simulated.ts'
import { toMessage } from '../seedLog.ts'
import { seedPatterns } from '../seedPatterns.ts'
import { drawUse } from '../seedWindows.ts'

const tickMs = 50

/**
 * A steady light ingest while the api is read: current events, with the usual skew, are appended to the log and projected
 * into the windows by the processor's own projector. Its flushes change the vector.
 */
await runProcess({
  process,
  name: 'ingest',
  settings: {
    ...databaseSettings,
    EVENTS_PER_SECOND: z.coerce.number(),
    PATTERNS: z.coerce.number(),
    SHARDS: z.coerce.number(),
    FLUSH_INTERVAL_MS: z.coerce.number(),
  },
  async start({ settings, logger, fail }) {
    const pool = createPool({
      connectionString: settings.DATABASE_URL,
      applicationName: 'bench ingest',
      pipeline: true,
      onIdleError: fail,
    })
    const log = createPostgresEventLog({ pool })
    const patterns = seedPatterns({
      patterns: settings.PATTERNS,
      shards: settings.SHARDS,
      random: seeded(20_260_101),
    })
    const random = seeded(7)
    const notifier = createFlushNotifier({ pool, logger })
    const shards = await Promise.all(
      Array.from({ length: settings.SHARDS }, async (_, shard) => ({
        head: (await log.head(shard))!,
        projector: await openProjector({
          pool,
          checkpointKey: { ...servedProjections.windows, shard },
          flushIntervalMs: settings.FLUSH_INTERVAL_MS,
          now: () => performance.now(),
          onFlush: (flush) => notifier.flushed(flush),
          onFailure: (error) => fail(error as Error),
        }),
      })),
    )
    const cumulative: number[] = []
    for (const pattern of patterns) cumulative.push((cumulative.at(-1) ?? 0) + pattern.share)
    const drawPattern = () => {
      const wanted = random()
      let [low, high] = [0, patterns.length - 1]
      while (low < high) {
        const middle = (low + high) >> 1
        if (cumulative[middle]! < wanted) low = middle + 1
        else high = middle
      }
      return patterns[low]!
    }

    let owed = 0
    const tick = async (): Promise<void> => {
      owed += (settings.EVENTS_PER_SECOND * tickMs) / 1_000
      const count = Math.floor(owed)
      owed -= count
      const drawn = Array.from({ length: count }, () => drawPattern())
      for (const [shard, ofShard] of Map.groupBy(drawn, (pattern) => pattern.shard)) {
        const owned = shards[shard]!
        const events = ofShard.map((pattern) => drawUse(pattern, Date.now(), random))
        const { nextSourceOffset } = owned.head
        const appended = await log.append({
          shard,
          expected: owned.head,
          events: events.map((event, i) => toMessage(event, nextSourceOffset + i)),
          deadLetters: [],
          duplicates: [],
          nextSourceOffset: nextSourceOffset + events.length,
        })
        if (!appended.ok) throw new Error('Another process writes to the shard')
        owned.head = { ...owned.head, ...appended.head }
        await owned.projector.take(
          events.map((event) => ({ event, recordedAt: event.occurredAt })),
          0,
        )
      }
    }
    let isStopped = false
    const run = async (): Promise<void> => {
      let next = performance.now()
      while (!isStopped) {
        await tick()
        next += tickMs
        await new Promise((resolve) => setTimeout(resolve, Math.max(0, next - performance.now())))
      }
    }
    const compaction = startLogCompaction({
      pool,
      shards: () => [...shards.keys()],
      logger,
      everyMs: 10_000,
    })
    const standings = createStandings({ pool, logger })
    standings.start()
    const running = run().catch((error: Error) => fail(error))
    return {
      async stop() {
        isStopped = true
        await running
        await Promise.all([compaction.stop(), standings.stop()])
        for (const { projector } of shards) await projector.flush()
        await notifier.stop()
        await pool.end()
      },
    }
  },
})
