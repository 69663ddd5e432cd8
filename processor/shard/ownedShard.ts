import { SourceUnknownError } from './askTopic.ts'
import { MissingPositionsError } from '@patterns/event-log/missingPositions.ts'
import type { StopCause } from '@patterns/event-log/shardStop.ts'
import { isTransient } from '@patterns/shared/postgres/isTransient.ts'
import { LostTailError } from '../ingest/readEventAt.ts'
import { ProjectionAheadError } from '../project/projectionAhead.ts'
import { FencedError } from '@patterns/read-model/writing/fencedError.ts'
import type { ShardLane } from './shardLane.ts'

/**
 * What a shard of this process is doing. `stalled`: the database has not answered for a while; in time the shard is opened
 * again. `stopped` needs a person. `reason` says why.
 */
export interface ShardState {
  readonly shard: number
  readonly status: 'opening' | 'running' | 'stalled' | 'retrying' | 'stopped'
  readonly reason: string | undefined
  /** Why it stopped, if it has. */
  readonly stop: StopCause | undefined
  readonly position: number
  readonly flushedPosition: number
  /** The partition's own offset to take next; `undefined` before the shard was ever open here. */
  readonly nextOffset: number | undefined
}

type Progress = Pick<ShardState, 'position' | 'flushedPosition' | 'nextOffset'>

/** What a lane does with the database: it takes batches and, beside them, flushes. */
export type Work = 'take' | 'flush'

/** A shard that the group gave to this process, with a lane or on the way to one. */
export interface Owned {
  readonly shard: number
  lane: ShardLane | undefined
  /** How far the last lane came. */
  known: Progress
  /** Under way while there is no lane: one attempt after the other. */
  opening: Promise<ShardLane | undefined> | undefined
  status: Exclude<ShardState['status'], 'stalled'>
  reason: string | undefined
  stop: StopCause | undefined
  /** Since when a batch is being taken, or last came on. */
  takingSince: number | undefined
  /** How often each has failed since it last succeeded. */
  readonly failures: Record<Work, number>
  isRevoked: boolean
}

export const ownShard = (shard: number): Owned => ({
  shard,
  lane: undefined,
  known: { position: 0, flushedPosition: 0, nextOffset: undefined },
  opening: undefined,
  status: 'opening',
  reason: undefined,
  stop: undefined,
  takingSince: undefined,
  failures: { take: 0, flush: 0 },
  isRevoked: false,
})

/**
 * Failures that only a person repairs, in the database: the shard is stopped, and opening it is tried again from time to
 * time, until it is repaired.
 */
export const needsDatabaseRepair = (error: unknown): boolean =>
  error instanceof MissingPositionsError || error instanceof ProjectionAheadError

/** Failures after which opening the shard again, from what is committed, can help. */
export const isWorthRetrying = (error: unknown): boolean =>
  error instanceof FencedError ||
  error instanceof LostTailError ||
  error instanceof SourceUnknownError ||
  isTransient(error)

export const progressOf = (lane: ShardLane): Progress => ({
  position: lane.position(),
  flushedPosition: lane.flushedPosition(),
  nextOffset: lane.nextOffset(),
})

/** A batch or a flush that is under way for longer than this, in milliseconds, is no sign that all is well. */
const maxBusyMs = 5_000

/** The state at `now`, on the clock of the projector. */
export const stateOf = (
  { shard, lane, known, status, reason, stop, takingSince }: Owned,
  now: number,
): ShardState => {
  const busyMs = now - Math.min(takingSince ?? now, lane?.flushingSince() ?? now)
  return {
    shard,
    ...(status === 'running' && busyMs > maxBusyMs
      ? {
          status: 'stalled',
          reason: `The database has not taken what was sent ${Math.round(busyMs / 1_000)} s ago`,
        }
      : { status, reason }),
    stop: status === 'stopped' ? stop : undefined,
    ...(lane === undefined ? known : progressOf(lane)),
  }
}

/** The shard runs once nothing fails any more: opening it is no proof that it can be written to. */
export const succeed = (entry: Owned, work: Work): void => {
  entry.failures[work] = 0
  if (entry.lane === undefined || entry.failures.take + entry.failures.flush > 0) return
  entry.status = 'running'
  entry.reason = undefined
}
