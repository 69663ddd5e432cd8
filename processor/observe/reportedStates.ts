import type { StoppedPartition } from '@patterns/topic/source.ts'
import type { ShardState } from '../shard/ownedShard.ts'
import { stopCauseOf } from '../shard/stopCause.ts'

/**
 * The states of the shards as operators should see them: a partition that the source itself no longer reads (a
 * batch that it cannot read, say) is a shard that stopped, though its owner knows nothing of it.
 */
export const reportedStates = (
  owned: readonly ShardState[],
  stopped: readonly StoppedPartition[],
): ShardState[] => {
  const stops = new Map(stopped.map(({ partition, error }) => [partition, stopCauseOf(partition, error)]))
  const known = owned.map((state): ShardState => {
    const stop = stops.get(state.shard)
    return stop === undefined || state.status === 'stopped'
      ? state
      : { ...state, status: 'stopped', reason: stop.message, stop }
  })
  const unknown = [...stops]
    .filter(([shard]) => owned.every((state) => state.shard !== shard))
    .map(([shard, stop]): ShardState => ({
      shard,
      status: 'stopped',
      reason: stop.message,
      stop,
      position: 0,
      flushedPosition: 0,
      nextOffset: undefined,
    }))
  return [...known, ...unknown].toSorted((a, b) => a.shard - b.shard)
}
