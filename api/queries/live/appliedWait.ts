import type { EventLog } from '@patterns/event-log/eventLog.ts'
import type { Applied, SourcePlace } from '../../values/logPlace.ts'
import type { VectorFeed } from './vectorFeed.ts'
import type { Vector } from '@patterns/read-model/vector.ts'

export interface AppliedWaitOptions {
  readonly eventLog: Pick<EventLog, 'head' | 'positionBefore' | 'shards'>
  readonly feed: Pick<VectorFeed, 'onChange' | 'confirm'>
  /** How long is waited at most, in milliseconds. */
  readonly maxWaitMs?: number
  /**
   * While somebody waits it is looked this often, in milliseconds: a message that becomes no event moves no vector, and
   * processors tell of their flushes at most 20 times a second. All who wait share each look.
   */
  readonly lookMs?: number
  readonly now?: () => number
}

/**
 * Waits until a message of the source is in what is read: until `vector` covers it. A message that was rejected, or was there before, counts
 * as applied once all before it are. The processor opens every shard that it is given, also an empty one: for one
 * that is not among those there are nobody waits, unless there are none yet.
 */
export const createAppliedWait = ({
  eventLog,
  feed,
  maxWaitMs = 2_000,
  lookMs = 20,
  now = () => performance.now(),
}: AppliedWaitOptions) => {
  const heads = new Map<number, ReturnType<EventLog['head']>>()
  /** Many may wait for one shard: they share each look at its head. */
  const headOf = (shard: number): ReturnType<EventLog['head']> => {
    let head = heads.get(shard)
    if (head === undefined) {
      head = eventLog.head(shard).finally(() => heads.delete(shard))
      heads.set(shard, head)
    }
    return head
  }

  const changeOr = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer)
        stop()
        resolve()
      }
      const timer = setTimeout(done, Math.max(0, ms))
      const stop = feed.onChange(done)
    })

  return async ({ shard, offset }: SourcePlace, vector: () => Vector): Promise<Applied> => {
    const deadline = now() + maxWaitMs
    let sourceOffset: number | undefined
    while (sourceOffset === undefined) {
      const head = await headOf(shard)
      if (head === undefined) {
        const shards = await eventLog.shards()
        if (shards.length > 0 && !shards.includes(shard))
          return { ok: false, reason: 'no_such_shard', shards }
      }
      const wanted = offset + (head?.sourceBase ?? 0)
      if (head !== undefined && head.nextSourceOffset > wanted) sourceOffset = wanted
      else if (now() >= deadline) return { ok: false, reason: 'late' }
      else await changeOr(Math.min(lookMs, deadline - now()))
    }
    const position = await eventLog.positionBefore(shard, sourceOffset + 1)
    const isApplied = (): boolean => (vector().get(shard) ?? 0) >= position
    while (!isApplied()) {
      if (now() >= deadline) return { ok: false, reason: 'late' }
      await changeOr(Math.min(lookMs, deadline - now()))
      if (!isApplied()) await feed.confirm(lookMs)
    }
    return { ok: true, place: { shard, position } }
  }
}
