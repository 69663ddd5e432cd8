import { once } from 'node:events'
import { createServer } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import type { EventLog } from '@patterns/event-log/eventLog.ts'
import type { Logger } from '@patterns/shared/logger.ts'
import type pg from 'pg'
import { createApp } from './app.ts'
import { inTurn } from './http/connections/inTurn.ts'
import { answerUnreadable } from './http/connections/unreadable.ts'
import { answerUnroutable } from './http/connections/unroutable.ts'
import { createUntakenAnswers } from './http/connections/untakenAnswers.ts'
import { createAnswers } from './http/conventions/answer.ts'
import { createFindEvents } from './queries/events/findEvents.ts'
import { createAppliedWait } from './queries/live/appliedWait.ts'
import type { ProjectionProgress } from './queries/live/projectionProgress.ts'
import { createVectorFeed, type VectorFeedOptions } from './queries/live/vectorFeed.ts'
import { createMetrics } from './http/observe/metrics.ts'
import { createPatternReads } from './queries/patternReads.ts'
import { createConcurrencyLimit } from './queries/concurrencyLimit.ts'
import { createCategories } from './queries/lists/categories.ts'
import type { Summed } from './queries/lists/listRelation.ts'
import { createListReads } from './queries/lists/listReads.ts'
import { listTime } from './queries/lists/listTime.ts'
import type { LineQuestion } from './queries/trends/lineQuestion.ts'
import { createLineReads } from './queries/trends/lineReads.ts'

export interface ApiServerOptions {
  /** Reads only: its role has no other right. */
  readonly pool: pg.Pool
  readonly eventLog: EventLog
  readonly logger: Logger
  readonly host: string
  /** 0 lets the system choose. */
  readonly port: number
  readonly apiKeys?: readonly string[]
  readonly corsOrigins?: readonly string[]
  readonly rateLimitPerMinute?: number
  /** Epoch milliseconds. */
  readonly clock?: () => number
  /** See the feed. What is cached of the log before is of no use then. */
  readonly onOtherLog?: VectorFeedOptions['onOtherLog']
}

export interface ApiServer {
  readonly port: number
  /** Lets requests under way end, then stops reading the database. Idempotent. */
  stop(): Promise<void>
}

/** A vector that was confirmed longer ago than this is read again, in milliseconds. */
const maxUnconfirmedMs = 1_000
/** An answer over many patterns may be this much behind its source, in milliseconds. */
const staleMs = 400
/** Requests that still stall this long after the stop are cut off, in milliseconds. */
const drainMs = 3_000

/**
 * Starts the API: resolves once it listens. Rejects if the database cannot be read or the port is taken.
 */
export const startApiServer = async ({
  pool,
  eventLog,
  logger,
  host,
  port,
  apiKeys = [],
  corsOrigins = [],
  rateLimitPerMinute = 0,
  clock = Date.now,
  onOtherLog,
}: ApiServerOptions): Promise<ApiServer> => {
  const feed = createVectorFeed({ pool, logger, onOtherLog })
  const logId = () => feed.logId
  const fresh = () => feed.confirm(maxUnconfirmedMs)
  const fromProjection = (progress: () => ProjectionProgress) => ({
    get text() {
      return progress().text
    },
    get vector() {
      return progress().vector
    },
    staleMs,
    fresh,
  })
  const fromStandings = fromProjection(() => feed.standings)
  const fromTrends = fromProjection(() => feed.trends)
  const windows = {
    get text() {
      return feed.text
    },
    get vector() {
      return feed.vector
    },
    fresh,
  }
  const sumLimit = createConcurrencyLimit({ maxAtOnce: 2 })
  const lists = createListReads({ pool, standings: () => feed.standings, sumLimit })
  const lines = createLineReads({ pool, trends: () => feed.trends, sumLimit })
  const fromSums = Object.assign(Object.create(windows), { staleMs })
  const listSource = (summed: Summed) => (lists.isStored(summed) ? fromStandings : fromSums)
  const dependencies = {
    answers: createAnswers({ appliedWait: createAppliedWait({ eventLog, feed }), logId, clock }),
    logId,
    lists,
    listSource,
    lines,
    trendSource: (asked: LineQuestion) => (lines.isStored(asked) ? fromTrends : fromSums),
    categories: createCategories({ lists, textOf: (summed) => listSource(summed).text }),
    fromStandings,
    fromDatabase: Object.assign(Object.create(windows), { staleMs: 0 }),
    fromSums,
    sumLimit,
    database: pool,
    patterns: createPatternReads({ database: pool }),
    findEvents: createFindEvents({ eventLog }),
    logLimit: createConcurrencyLimit({ maxAtOnce: 6 }),
    clock,
    listTime: () => listTime(clock(), feed.standings.closedUntil),
    trendTime: () => listTime(clock(), feed.trends.closedUntil),
  }
  const untaken = createUntakenAnswers({ onClosed: (reason) => metrics.connectionClosed(reason) })
  const metrics = createMetrics({ feed, untaken })
  const app = createApp({
    dependencies,
    health: { feed, database: pool },
    metrics,
    logger,
    apiKeys,
    corsOrigins,
    rateLimitPerMinute,
  })

  await feed.start()
  const listener = getRequestListener(app.fetch, {
    hostname: host,
    errorHandler: answerUnroutable({ logger, onAnswered: metrics.unreadable }),
  })
  const answerOne = untaken.counted((request, response) => void listener(request, response))
  const turns = inTurn(answerOne, { onClosed: () => metrics.connectionClosed('sent_ahead') })
  // The app checks Host and Expect headers, since it can say what is wrong with them.
  const server = createServer({ requireHostHeader: false }, turns.listener)
  server.on('checkExpectation', turns.listener)
  answerUnreadable(server, { inTurn: turns, onAnswered: metrics.unreadable })
  untaken.watch(server)
  try {
    await once(server.listen(port, host), 'listening')
  } catch (error) {
    await feed.stop()
    throw error
  }
  let stopping: Promise<void> | undefined
  const stop = async (): Promise<void> => {
    const closed = new Promise((resolve) => server.close(resolve))
    server.closeIdleConnections()
    const force = setTimeout(() => server.closeAllConnections(), drainMs)
    await closed
    clearTimeout(force)
    await feed.stop()
  }
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    stop: () => (stopping ??= stop()),
  }
}
