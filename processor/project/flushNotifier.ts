import { notifyFlushes } from '@patterns/read-model/writing/notifyFlushes.ts'
import type { Logger } from '@patterns/shared/logger.ts'
import type pg from 'pg'

export interface FlushNotifierOptions {
  readonly pool: pg.Pool
  readonly logger: Logger
  /** The least time between two notifications, in milliseconds. */
  readonly everyMs?: number
}

/** Notifies readers how far the windows are committed, for all shards of a process together. */
export interface FlushNotifier {
  /** A flush was committed up to this position. Never throws and never waits. */
  flushed(flush: { readonly shard: number; readonly position: number }): void
  /** Sends what is pending, and ends. */
  stop(): Promise<void>
}

/** Only the last position of a shard is sent. */
export const createFlushNotifier = ({ pool, logger, everyMs = 50 }: FlushNotifierOptions): FlushNotifier => {
  let pending = new Map<number, number>()
  let notifiedAt = Number.NEGATIVE_INFINITY
  let notifying: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined
  let hasFailed = false
  let isStopped = false

  const notify = async (): Promise<void> => {
    const positions = pending
    pending = new Map()
    notifiedAt = performance.now()
    try {
      await notifyFlushes(pool, positions)
      hasFailed = false
    } catch (error) {
      if (!hasFailed) logger.warn({ err: error }, 'readers are not notified of flushes; they poll')
      hasFailed = true
    }
  }

  const notifyInTime = (): void => {
    if (isStopped || pending.size === 0 || notifying !== undefined || timer !== undefined) return
    const begin = (): void => {
      timer = undefined
      notifying = notify().finally(() => {
        notifying = undefined
        notifyInTime()
      })
    }
    const waitMs = notifiedAt + everyMs - performance.now()
    if (waitMs <= 0) begin()
    else timer = setTimeout(begin, waitMs)
  }

  return {
    flushed({ shard, position }) {
      pending.set(shard, position)
      notifyInTime()
    },
    async stop() {
      isStopped = true
      clearTimeout(timer)
      await notifying
      if (pending.size > 0) await notify()
    },
  }
}
