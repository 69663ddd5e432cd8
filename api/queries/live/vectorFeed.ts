import { flushChannel, flushesFromPayload, standingsChannel } from '@patterns/read-model/notification.ts'
import type { Logger } from '@patterns/shared/logger.ts'
import type pg from 'pg'
import { readLogState } from '../readLogState.ts'
import { noProgress, type ProjectionProgress } from './projectionProgress.ts'
import { type Vector, vectorText } from '@patterns/read-model/vector.ts'

/** Knows, without asking the database each time, how far the projection has come. */
export interface VectorFeed {
  /** Opens the listening connection and reads the vector. Rejects if the database cannot be read. */
  start(): Promise<void>
  stop(): Promise<void>
  readonly vector: Vector
  /** The vector as text, for comparing. */
  readonly text: string
  /** How far what is derived from the windows has come. */
  readonly standings: ProjectionProgress
  readonly trends: ProjectionProgress
  /** Which log the vector is of: a reset, or another database, has another. */
  readonly logId: string
  /** When the vector was last read, on the clock of `now`. */
  readonly confirmedAt: number
  /** Whether the listening connection is up. */
  readonly isListening: boolean
  /** Reads the vector if it was last confirmed longer ago than this. Rejects if it cannot be read. */
  confirm(maxAgeMs: number): Promise<void>
  /** Calls back whenever the vector has changed. Returns how to stop that. */
  onChange(listener: () => void): () => void
}

export interface VectorFeedOptions {
  readonly pool: pg.Pool
  readonly logger: Logger
  /** Called with a description once the database holds another log than before, or one that lost its newest events. */
  readonly onOtherLog?: ((change: string) => void) | undefined
  /** A notification can be missed, so the vector is also polled this often, in milliseconds. */
  readonly pollMs?: number
  readonly now?: () => number
}

type DerivedProgress = Pick<VectorFeed, 'standings' | 'trends'>

const firstRetryMs = 100
const maxRetryMs = 5_000

export const createVectorFeed = ({
  pool,
  logger,
  onOtherLog,
  pollMs = 500,
  now = () => performance.now(),
}: VectorFeedOptions): VectorFeed => {
  let vector: Vector = new Map()
  let text = ''
  let derived: DerivedProgress = { standings: noProgress, trends: noProgress }
  let logId = ''
  let confirmedAt = Number.NEGATIVE_INFINITY
  let isStopped = false
  let listener: pg.PoolClient | undefined
  let pollTimer: NodeJS.Timeout | undefined
  let retryTimer: NodeJS.Timeout | undefined
  let reading: Promise<void> | undefined
  let pollFailed = false
  const listeners = new Set<() => void>()
  /** How many notifications of each shard came: a read that began before one must not undo it. */
  const received = new Map<number, number>()
  /** Where the log of each shard ended when that was last read. */
  let ends: Vector = new Map()

  const become = (next: Vector, nextLogId: string, nextDerived: DerivedProgress = derived): void => {
    const nextText = vectorText(next)
    const isSame = (name: keyof DerivedProgress): boolean => nextDerived[name].text === derived[name].text
    if (nextText === text && nextLogId === logId && isSame('standings') && isSame('trends')) return
    if (logId !== '' && nextLogId !== logId) onOtherLog?.(`the log ${nextLogId} in place of ${logId}`)
    vector = next
    text = nextText
    logId = nextLogId
    derived = nextDerived
    for (const notify of listeners) notify()
  }

  /** A failover to a standby that was behind loses events, and other events get their positions. */
  const noticeLostEvents = (next: Vector): void => {
    for (const [shard, position] of ends) {
      const end = next.get(shard) ?? 0
      if (end < position)
        onOtherLog?.(`a log of shard ${shard} that ends at position ${end} and went on to ${position} before`)
    }
    ends = next
  }

  const noteFlushes = (payload: string | undefined): void => {
    const next = new Map(vector)
    for (const [shard, position] of flushesFromPayload(payload ?? '')) {
      received.set(shard, (received.get(shard) ?? 0) + 1)
      next.set(shard, position)
    }
    become(new Map([...next].toSorted(([a], [b]) => a - b)), logId)
  }

  const read = async (): Promise<void> => {
    const began = now()
    const receivedBefore = new Map(received)
    const state = await readLogState(pool)
    noticeLostEvents(state.ends)
    const found = new Map(state.vector)
    for (const [shard, count] of received) {
      const known = vector.get(shard)
      if (count !== receivedBefore.get(shard) && known !== undefined)
        found.set(shard, Math.max(known, found.get(shard) ?? 0))
    }
    become(new Map([...found].toSorted(([a], [b]) => a - b)), state.logId, state)
    confirmedAt = began
  }
  const readOnce = (): Promise<void> => (reading ??= read().finally(() => (reading = undefined)))
  /** A read that is under way may have begun too early. A failure is met by the next request. */
  const readAfresh = async (): Promise<void> => {
    await reading?.catch(() => {})
    await readOnce().catch(() => {})
  }

  let checking: Promise<unknown> | undefined
  /** A connection that only listens would not notice that the other side is gone. */
  const checkListener = (): void => {
    checking ??= listener
      ?.query(`listen ${flushChannel}`)
      .catch(() => {})
      .finally(() => (checking = undefined))
  }

  const pollLater = (): void => {
    pollTimer = setTimeout(() => void poll(), pollMs)
  }
  const poll = async (): Promise<void> => {
    checkListener()
    try {
      await readOnce()
      if (pollFailed) logger.info('the vector can be read again')
      pollFailed = false
    } catch (error) {
      if (!pollFailed) logger.warn({ err: error }, 'the vector cannot be read')
      pollFailed = true
    }
    if (!isStopped) pollLater()
  }

  const listen = async (): Promise<void> => {
    const client = await pool.connect()
    const lose = (error: Error): void => {
      if (listener !== client) return
      listener = undefined
      client.release(error)
      if (isStopped) return
      logger.warn({ err: error }, 'the listening connection is lost')
      relisten(firstRetryMs)
    }
    try {
      client.on('error', lose)
      client.on('end', () => lose(new Error('The connection ended')))
      client.on('notification', ({ channel, payload }) => {
        if (channel === flushChannel) noteFlushes(payload)
        else void readAfresh()
      })
      await client.query(`listen ${flushChannel}; listen ${standingsChannel}`)
    } catch (error) {
      client.release(error as Error)
      throw error
    }
    listener = client
  }
  const relisten = (delayMs: number): void => {
    const retry = async (): Promise<void> => {
      try {
        await listen()
        // Notifications were missed meanwhile.
        await readOnce()
      } catch {
        if (!isStopped && listener === undefined) relisten(Math.min(delayMs * 2, maxRetryMs))
      }
    }
    retryTimer = setTimeout(() => void retry(), delayMs)
  }

  return {
    async start() {
      await listen()
      await readOnce()
      pollLater()
    },
    async stop() {
      isStopped = true
      clearTimeout(pollTimer)
      clearTimeout(retryTimer)
      await reading?.catch(() => {})
      const client = listener
      listener = undefined
      // A connection that listens must not go back into the pool.
      client?.release(true)
    },
    get vector() {
      return vector
    },
    get text() {
      return text
    },
    get standings() {
      return derived.standings
    },
    get trends() {
      return derived.trends
    },
    get logId() {
      return logId
    },
    get confirmedAt() {
      return confirmedAt
    },
    get isListening() {
      return listener !== undefined
    },
    async confirm(maxAgeMs) {
      if (now() - confirmedAt > maxAgeMs) await readOnce()
    },
    onChange(notify) {
      listeners.add(notify)
      return () => void listeners.delete(notify)
    },
  }
}
