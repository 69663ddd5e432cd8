import { describe, expect, it } from 'vitest'
import type { ShardState } from '../shard/ownedShard.ts'
import { reportedStates } from './reportedStates.ts'

const progress = { position: 7, flushedPosition: 7, nextOffset: 7 }
const owned = (shard: number, status: ShardState['status'], reason?: string): ShardState => ({
  shard,
  status,
  reason,
  stop: undefined,
  ...progress,
})
const unread = (partition: number, reason: string) => ({ partition, error: new Error(reason) })
const statesOf = (...args: Parameters<typeof reportedStates>) =>
  reportedStates(...args).map(({ shard, status, reason }) => [shard, status, reason])

describe('the states that operators see', () => {
  it('are not running if the source cannot read', () => {
    const shards = [owned(0, 'running'), owned(1, 'running'), owned(2, 'running')]
    const stopped = [unread(1, 'cannot be decoded')]
    const retrying = [unread(2, 'the broker does not answer')]
    expect(statesOf(shards, { stopped, retrying })).toEqual([
      [0, 'running', undefined],
      [1, 'stopped', 'cannot be decoded'],
      [2, 'retrying', 'the broker does not answer'],
    ])
  })

  it("keep the owner's own trouble, and know partitions that it has not opened", () => {
    const shards = [owned(1, 'retrying', 'no database'), owned(2, 'stopped', 'a fault')]
    const retrying = [unread(0, 'nobody says where it ends'), unread(1, 'slow'), unread(2, 'slow')]
    expect(statesOf(shards, { stopped: [], retrying })).toEqual([
      [0, 'retrying', 'nobody says where it ends'],
      [1, 'retrying', 'no database'],
      [2, 'stopped', 'a fault'],
    ])
  })
})
