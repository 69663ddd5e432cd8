import { describe, expect, it, vi } from 'vitest'
import { createProjectorFixture, drawn, someHistory } from '../testing/projectorFixture.ts'
import { readProjection, recountProjection } from '../testing/storedProjection.ts'
import { FencedError } from '@patterns/read-model/writing/fencedError.ts'

const fixture = createProjectorFixture()
const { newShard, open } = fixture

describe('of two projectors of one shard', () => {
  it('the one that flushes second is fenced, and changes nothing', async () => {
    const shard = newShard()
    const onFailure = vi.fn()
    const [first, second] = await Promise.all([open(shard), open(shard, { onFailure })])
    await first.take(someHistory.slice(0, 10), 0)
    await second.take(someHistory, 0)
    await first.flush()
    await expect(second.flush()).rejects.toThrow(FencedError)
    await expect(second.take([], 0)).rejects.toThrow(`Shard ${shard} has another owner`)
    expect(onFailure).toHaveBeenCalledExactlyOnceWith(expect.any(FencedError))
    expect(await readProjection(fixture.pool, shard)).toEqual(recountProjection(someHistory.slice(0, 10)))
  })

  it('just one commits, when both flush at once', async () => {
    for (const history of drawn(10)) {
      const shard = newShard()
      const both = await Promise.all([open(shard), open(shard)])
      await Promise.all(both.map((projector) => projector.take(history, 0)))
      const results = await Promise.allSettled(both.map((projector) => projector.flush()))
      expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
      expect(await readProjection(fixture.pool, shard)).toEqual(recountProjection(history))
    }
  })

  it('the stale one is fenced also after the other has gone', async () => {
    const shard = newShard()
    const stale = await open(shard)
    await stale.take(someHistory.slice(0, 5), 0)
    await stale.flush()
    const other = await open(shard)
    await other.take(someHistory.slice(5, 10), 0)
    await other.flush()
    other.close()
    await stale.take(someHistory.slice(5, 6), 0)
    await expect(stale.flush()).rejects.toThrow(FencedError)
    expect(await readProjection(fixture.pool, shard)).toEqual(recountProjection(someHistory.slice(0, 10)))
  })
})
