import type { Logger } from '@patterns/shared/logger.ts'
import type pg from 'pg'

/** The channel that tells readers of committed flushes: `<shard>:<position>`, several with commas. */
export const flushChannel = 'projection_flushed'

export interface FlushNotifierOptions {
  readonly pool: pg.Pool
  readonly logger: Logger
  /** The least time between two notifications, in milliseconds. */
  readonly everyMs?: number
}

/** Tells readers how far the windows are committed, for all shards of a process together. */
export interface FlushNotifier {
  /** A flush was committed up to this position. Never throws and never waits. */
  flushed(flush: { readonly shard: number; readonly position: number }): void
  /** Tells what is not told yet, and ends. */
  stop(): Promise<void>
}

/** Postgres takes payloads below 8,000 bytes; a pair has 24 at most. */
const pairsPerPayload = 300

/**
 * A notification takes a lock over the whole server until its transaction ends, and so has one of its own: it must not
 * wait for the disk. Of a shard only the last position counts. One that gets lost is made up for by the readers' poll.
 */
const statement = `select set_config('synchronous_commit', 'off', true), pg_notify('${flushChannel}', payload)
from unnest($1::text[]) as payload`

export const createFlushNotifier = ({ pool, logger, everyMs = 50 }: FlushNotifierOptions): FlushNotifier => {
  let untold = new Map<number, number>()
  let toldAt = Number.NEGATIVE_INFINITY
  let telling: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined
  let hasFailed = false
  let isStopped = false

  const tell = async (): Promise<void> => {
    const pairs = [...untold].map(([shard, position]) => `${shard}:${position}`)
    untold = new Map()
    toldAt = performance.now()
    const payloads: string[] = []
    for (let i = 0; i < pairs.length; i += pairsPerPayload)
      payloads.push(pairs.slice(i, i + pairsPerPayload).join(','))
    try {
      await pool.query({ name: 'notify_flushes', text: statement, values: [payloads] })
      hasFailed = false
    } catch (error) {
      if (!hasFailed) logger.warn({ err: error }, 'readers are not told of flushes; they look by themselves')
      hasFailed = true
    }
  }

  const tellInTime = (): void => {
    if (isStopped || untold.size === 0 || telling !== undefined || timer !== undefined) return
    const begin = (): void => {
      timer = undefined
      telling = tell().finally(() => {
        telling = undefined
        tellInTime()
      })
    }
    const waitMs = toldAt + everyMs - performance.now()
    if (waitMs <= 0) begin()
    else timer = setTimeout(begin, waitMs)
  }

  return {
    flushed({ shard, position }) {
      untold.set(shard, position)
      tellInTime()
    },
    async stop() {
      isStopped = true
      clearTimeout(timer)
      await telling
      if (untold.size > 0) await tell()
    },
  }
}
