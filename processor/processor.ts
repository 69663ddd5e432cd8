import { type Placement, readPlacement } from '@patterns/event-log/postgres/readPlacement.ts'
import type { EventLog } from '@patterns/event-log/eventLog.ts'
import type { Logger } from '@patterns/shared/logger.ts'
import { servedProjections } from '@patterns/read-model/served.ts'
import { probe } from '@patterns/shared/postgres/probe.ts'
import type { Repeating } from '@patterns/topic/repeat.ts'
import type { Source } from '@patterns/topic/source.ts'
import type pg from 'pg'
import { type LogCompaction, startLogCompaction } from './compactLog.ts'
import type { ClassifiedBatch } from './ingest/classifyBatch.ts'
import { decideHealth, type Health } from './observe/health.ts'
import { createMetrics, type ProcessorMetrics } from './observe/metrics.ts'
import { reportedStates } from './observe/reportedStates.ts'
import { type SourceLag, watchSourceLag } from './observe/sourceLag.ts'
import { recordStops } from './observe/stopRecorder.ts'
import { poolSizeFor } from './poolSize.ts'
import { createFlushNotifier } from './project/flushNotifier.ts'
import type { ProjectorOptions } from './project/projector.ts'
import { watchCheckpoints } from './shard/checkpointWatch.ts'
import { watchRepairedShards } from './shard/repairedShards.ts'
import type { ShardState } from './shard/ownedShard.ts'
import { createShardOwner } from './shard/shardOwner.ts'
import { createStandings } from './standings/standings.ts'
import { createTrends, type Trends } from './trends/trends.ts'

export interface ProcessorOptions {
  readonly pool: pg.Pool
  readonly log: EventLog
  readonly source: Source
  readonly topic: string
  readonly logger: Logger
  /** How many of a shard's last events are remembered to find a producer's duplicates. */
  readonly duplicateHorizon: number
  readonly flushIntervalMs: number
  /** The time of day, epoch milliseconds, by which the times that messages say are bounded. Default: this machine's. */
  readonly clock?: () => number
  /** Whether trend lines are kept beside the windows. Default true. */
  readonly keepTrends?: boolean
  readonly fold?: ProjectorOptions['fold']
  readonly backoff?: (attempt: number) => number
}

export interface Processor {
  start(): Promise<void>
  stop(): Promise<void>
  states(): ShardState[]
  health(): Promise<Health>
  readonly metrics: ProcessorMetrics
}

const reasonsOf = (classified: ClassifiedBatch): Record<string, number> => {
  const counts: Record<string, number> = {}
  for (const { rejection } of classified.deadLetters)
    counts[rejection.reason] = (counts[rejection.reason] ?? 0) + 1
  return counts
}

/** The whole way of a message, put together: source → classify → log → windows. */
export const createProcessor = ({
  pool,
  log,
  source,
  topic,
  logger,
  duplicateHorizon,
  flushIntervalMs,
  clock = Date.now,
  keepTrends = true,
  fold,
  backoff,
}: ProcessorOptions): Processor => {
  const trends: Trends | undefined = keepTrends
    ? createTrends({
        pool,
        logger,
        onWritten: (written) => metrics.trendsWritten(written),
        ...(backoff === undefined ? {} : { backoff }),
      })
    : undefined
  const standings = createStandings({
    pool,
    logger,
    onRefreshed: (refreshed) => metrics.standingsRefreshed(refreshed),
    ...(backoff === undefined ? {} : { backoff }),
  })
  const notifier = createFlushNotifier({ pool, logger })
  const owner = createShardOwner({
    lane: {
      trends,
      log,
      topic,
      duplicateHorizon,
      clock,
      projector: {
        ...servedProjections.windows,
        pool,
        flushIntervalMs,
        now: () => performance.now(),
        onFlush(flush) {
          metrics.flushed(flush)
          notifier.flushed(flush)
        },
        ...(fold === undefined ? {} : { fold }),
      },
      onClassified: (classified) =>
        metrics.classified({
          events: classified.accepted.length,
          duplicates: classified.duplicates.length,
          deadLetters: reasonsOf(classified),
          keyMismatches: classified.keyMismatches,
        }),
    },
    ends: () => source.ends(),
    history: (partition) => source.history(partition),
    logger,
    onOwned: (shards) => (pool.options.max = poolSizeFor(shards)),
    ...(backoff === undefined ? {} : { backoff }),
  })
  let lag: SourceLag | undefined
  let compaction: LogCompaction | undefined
  let repaired: Repeating | undefined
  let stops: Repeating | undefined
  let checkpoints: Repeating | undefined
  const states = (): ShardState[] =>
    reportedStates(owner.states(), { stopped: source.stopped(), retrying: source.retrying() })
  const metrics = createMetrics({
    states,
    standings: () => standings.state(),
    lag: () => lag?.current() ?? new Map(),
    splitPatterns: async () => (await askDatabase())?.splitPatterns,
  })

  /** `undefined` if it does not answer. */
  const askDatabase = async (): Promise<Placement | undefined> => {
    let placement: Placement | undefined
    await probe(async () => (placement = await readPlacement(pool)))
    return placement
  }

  return {
    async start() {
      await source.start(owner)
      lag = watchSourceLag({ ends: () => source.ends(), isUp: () => source.status() === 'up', states })
      compaction = startLogCompaction({
        pool,
        shards: () => states().map(({ shard }) => shard),
        logger,
      })
      repaired = watchRepairedShards({ owner, log, source, logger })
      stops = recordStops({ pool, states, logger })
      checkpoints = watchCheckpoints({ pool, owner, projection: servedProjections.windows, logger })
      standings.start()
    },
    async stop() {
      lag?.stop()
      await Promise.all([
        compaction?.stop(),
        repaired?.stop(),
        stops?.stop(),
        checkpoints?.stop(),
        standings.stop(),
      ])
      await source.stop()
      await owner.stop()
      await trends?.stop()
      await notifier.stop()
    },
    states,
    async health() {
      const placement = await askDatabase()
      return decideHealth({
        source: source.status(),
        database: placement === undefined ? 'down' : 'up',
        shards: states(),
        trends: trends?.states() ?? [],
        standings: standings.state(),
        placement,
      })
    },
    metrics,
  }
}
