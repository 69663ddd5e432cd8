import type { UnreadPartition } from '@patterns/topic/source.ts'
import type { ShardState } from '../shard/ownedShard.ts'
import { stopCauseOf } from '../shard/stopCause.ts'

/**
 * The states of the shards as operators should see them: a partition that the source itself does not read (a
 * batch that it cannot read, say, or a broker that does not answer) is a shard that stopped, or that is tried again,
 * though its owner knows nothing of it.
 */
export const reportedStates = (
  owned: readonly ShardState[],
  { stopped, retrying }: { stopped: readonly UnreadPartition[]; retrying: readonly UnreadPartition[] },
): ShardState[] => {
  const unread = new Map<number, Pick<ShardState, 'status' | 'reason' | 'stop'>>()
  for (const { partition, error } of retrying)
    unread.set(partition, { status: 'retrying', reason: error.message, stop: undefined })
  for (const { partition, error } of stopped) {
    const stop = stopCauseOf(partition, error)
    unread.set(partition, { status: 'stopped', reason: stop.message, stop })
  }

  const known = owned.map((state): ShardState => {
    const found = unread.get(state.shard)
    // What the owner itself is in trouble with says more than that nothing comes.
    const isWorse = found?.status === 'stopped' ? state.status !== 'stopped' : state.status === 'running'
    return found && isWorse ? { ...state, ...found } : state
  })
  const unknown = [...unread]
    .filter(([partition]) => owned.every(({ shard }) => shard !== partition))
    .map(([partition, found]): ShardState => ({
      shard: partition,
      ...found,
      position: 0,
      flushedPosition: 0,
      nextOffset: undefined,
    }))
  return [...known, ...unknown].toSorted((a, b) => a.shard - b.shard)
}
