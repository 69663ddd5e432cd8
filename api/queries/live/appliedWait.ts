import type { EventLog } from '@patterns/event-log/eventLog.ts'
import type { Applied, SourcePlace } from '../../values/logPlace.ts'
import type { VectorFeed } from './vectorFeed.ts'
import type { Vector } from '@patterns/read-model/vector.ts'

export interface AppliedWaitOptions {
  readonly eventLog: Pick<EventLog, 'head' | 'positionBefore' | 'shards'>
  readonly feed: Pick<VectorFeed, 'onChange' | 'confirm'>
  /** How long a request waits at most, in milliseconds. */
  readonly maxWaitMs?: number
  /**
   * How often it is checked while a request waits, in milliseconds: a message that becomes no event moves no vector, and
   * processors notify at most 20 times a second. All requests that wait share each check.
   */
  readonly lookMs?: number
  readonly now?: () => number
}

/**
 * Waits until a message of the source is in what is read: until `vector` covers it. A message that was rejected, or is a
 * duplicate, counts as applied once all before it are. The processor opens every shard that it is given, even an empty
 * one, so a shard that the log does not have is refused at once, unless the log has none yet.
 */
export const createAppliedWait = ({
  eventLog,
  feed,
  maxWaitMs = 2_000,
  lookMs = 20,
  now = () => performance.now(),
}: AppliedWaitOptions) => {
  const heads = new Map<number, ReturnType<EventLog['head']>>()
  /** All requests that wait for a shard share each read of its head. */
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
