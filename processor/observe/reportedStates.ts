import type { StoppedPartition } from '@patterns/topic/source.ts'
import type { ShardState } from '../shard/ownedShard.ts'

/**
 * The states of the shards as operators should see them: a partition that the source itself no longer reads (a
 * message that it cannot decode, say) is a shard that stopped, though its owner knows nothing of it.
 */
export const reportedStates = (
  owned: readonly ShardState[],
  stopped: readonly StoppedPartition[],
): ShardState[] => {
  const reasons = new Map(stopped.map(({ partition, error }) => [partition, error.message]))
  const known = owned.map((state): ShardState => {
    const reason = reasons.get(state.shard)
    return reason === undefined || state.status === 'stopped'
      ? state
      : { ...state, status: 'stopped', reason }
  })
  const unknown = stopped
    .filter(({ partition }) => owned.every(({ shard }) => shard !== partition))
    .map(({ partition, error }): ShardState => ({
      shard: partition,
      status: 'stopped',
      reason: error.message,
      position: 0,
      flushedPosition: 0,
      nextOffset: undefined,
    }))
  return [...known, ...unknown].toSorted((a, b) => a.shard - b.shard)
}
