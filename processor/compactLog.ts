import type { Logger } from '@patterns/shared/logger.ts'
import { compactShard } from '@patterns/event-log/postgres/compactShard.ts'
import type pg from 'pg'

export interface LogCompaction {
  stop(): Promise<void>
}

/** Merges the small segments that quiet hours leave, in the background, for the shards of this process. */
export const startLogCompaction = ({
  pool,
  shards,
  logger,
  everyMs = 60_000,
}: {
  readonly pool: pg.Pool
  readonly shards: () => readonly number[]
  readonly logger: Logger
  readonly everyMs?: number
}): LogCompaction => {
  let isStopped = false
  const compact = async (shard: number): Promise<void> => {
    const merged = await compactShard(pool, shard, () => isStopped)
    if (merged > 0) logger.debug({ shard, merged }, 'small segments merged')
  }
  const round = async (): Promise<void> => {
    for (const shard of shards()) {
      if (isStopped) return
      await compact(shard).catch((error: unknown) =>
        logger.warn({ shard, err: error }, 'segments not merged'),
      )
    }
  }
  let running = Promise.resolve()
  const timer = setInterval(() => {
    running = running.then(round)
  }, everyMs)
  return {
    async stop() {
      isStopped = true
      clearInterval(timer)
      await running
    },
  }
}
