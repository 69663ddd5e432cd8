import type { EventLog, ShardHead } from '@patterns/event-log/eventLog.ts'
import { createLogger } from '@patterns/shared/logger.ts'
import type { UnreadPartition } from '@patterns/topic/source.ts'
import { UnreadableBatchError } from '@patterns/topic/unreadableBatchError.ts'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { LostSourceError, type RefusedHead } from './lostSource.ts'
import { watchRepairedShards } from './repairedShards.ts'

const refused: RefusedHead = { nextSourceOffset: 100, sourceBase: 0, topicId: 'old' }

/** A watch over the shards that are lost, or stopped at a batch, all of them at one head. */
const watch = (shards: number[], stopped: UnreadPartition[] = []) => {
  const lost = new Map(shards.map((shard) => [shard, new LostSourceError('lost', refused)]))
  const state = { head: refused, isDatabaseUp: true }
  const head = vi.fn<EventLog['head']>(async () => {
    if (!state.isDatabaseUp) throw new Error('no database')
    return state.head as ShardHead
  })
  const begun: number[] = []
  const source = {
    beginAgain: (shard: number) => void (begun.push(shard), lost.delete(shard)),
    stopped: () => stopped.filter(({ partition }) => !begun.includes(partition)),
  }
  const watching = watchRepairedShards({
    owner: { lost: () => lost },
    log: { head },
    source,
    logger: createLogger('test', 'silent'),
    everyMs: 1,
  })
  onTestFinished(() => watching.stop())
  const untilLooked = (times: number): Promise<void> => {
    const before = head.mock.calls.length
    return vi.waitFor(() => expect(head.mock.calls.length).toBeGreaterThanOrEqual(before + times))
  }
  return { lost, state, head, begun, untilLooked, watching }
}

describe('a watch for repaired shards', () => {
  test.each<[string, Partial<RefusedHead>]>([
    ['of a topic that was created again', { sourceBase: 100, topicId: 'new' }],
    ['of a copy of the topic', { topicId: 'new' }],
    ['after messages that were removed', { nextSourceOffset: 150 }],
    ['of a topic that lost its newest messages', { sourceBase: 10 }],
  ])('begins a shard again at the adoption %s, and not before', async (_, change) => {
    const { state, begun, untilLooked } = watch([3])
    await untilLooked(3)
    expect(begun).toEqual([])
    state.head = { ...refused, ...change }
    await vi.waitFor(() => expect(begun).toEqual([3]))
  })

  test('begins a shard again behind a batch that cannot be read, once what came before it is taken', async () => {
    const batch = {
      problem: 'damaged',
      firstOffset: 100,
      nextOffset: 150,
      bytes: Buffer.alloc(0),
      timestamp: 0,
    }
    const { state, begun, untilLooked } = watch(
      [],
      [
        { partition: 5, error: new UnreadableBatchError(batch, undefined) },
        { partition: 6, error: new Error('something that no command repairs') },
      ],
    )
    state.head = { ...refused, nextSourceOffset: 90 }
    await untilLooked(3)
    state.head = refused
    await untilLooked(3)
    expect(begun).toEqual([])
    state.head = { ...refused, nextSourceOffset: 150 }
    await vi.waitFor(() => expect(begun).toEqual([5]))
  })

  test('begins each shard again by itself', async () => {
    const { state, begun } = watch([1, 2])
    state.head = { ...refused, topicId: 'new' }
    await vi.waitFor(() => expect(begun).toEqual([1, 2]))
  })

  test('goes on looking after its database was away', async () => {
    const { state, begun, untilLooked } = watch([3])
    state.isDatabaseUp = false
    await untilLooked(3)
    state.head = { ...refused, topicId: 'new' }
    state.isDatabaseUp = true
    await vi.waitFor(() => expect(begun).toEqual([3]))
  })

  test('leaves a shard alone that was given away while it looked', async () => {
    const { lost, state, head, begun, untilLooked } = watch([3, 4])
    state.head = { ...refused, topicId: 'new' }
    head.mockImplementationOnce(async () => {
      lost.set(3, new LostSourceError('lost once more', state.head))
      return state.head as ShardHead
    })
    await untilLooked(4)
    expect(begun).toEqual([4])
  })

  test('asks nothing while no shard is lost', async () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const { lost, head } = watch([])
    await vi.advanceTimersByTimeAsync(10)
    expect(head).not.toHaveBeenCalled()
    lost.set(3, new LostSourceError('lost', refused))
    await vi.advanceTimersByTimeAsync(10)
    expect(head).toHaveBeenCalledWith(3)
  })
})
