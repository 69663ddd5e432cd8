import { foldEvent } from '@patterns/projections/fold.ts'
import { describe, expect, it, vi } from 'vitest'
import { ProjectionError, type ProjectorOptions } from './projector.ts'
import { createProjectorFixture, someHistory } from '../testing/projectorFixture.ts'
import { readProjection, recountProjection } from '../testing/storedProjection.ts'

const fixture = createProjectorFixture()
const { newShard, open } = fixture

describe('an event that cannot be projected', () => {
  const fault = new Error('division by zero')
  const faultyAt =
    (position: number): NonNullable<ProjectorOptions['fold']> =>
    (deltas, placed) => {
      if (placed.position === position) throw fault
      return foldEvent(deltas, placed)
    }

  it('stops the shard there, with its position and id, and nothing after the last flush is written', async () => {
    const shard = newShard()
    const onFailure = vi.fn()
    const projector = await open(shard, { fold: faultyAt(8), onFailure })
    await projector.take(someHistory.slice(0, 5), 0)
    await projector.flush()
    const failure = await projector.take(someHistory.slice(5), 0).then(
      () => undefined,
      (error: unknown) => error,
    )
    expect(failure).toBeInstanceOf(ProjectionError)
    expect(failure).toMatchObject({
      message: `Shard ${shard} stops at position 8, event ${someHistory[7]!.event.eventId}: division by zero`,
      shard,
      position: 8,
      cause: fault,
    })
    await expect(projector.take([], 0)).rejects.toBe(failure)
    await expect(projector.flush()).rejects.toBe(failure)
    expect(onFailure).not.toHaveBeenCalled()
    expect(await readProjection(fixture.pool, shard)).toEqual(recountProjection(someHistory.slice(0, 5)))
  })

  it('is met again by the next owner of the shard, and is projected once the fault is fixed', async () => {
    const shard = newShard()
    const before = await open(shard, { fold: faultyAt(8) })
    await expect(before.take(someHistory, 0)).rejects.toThrow('stops at position 8')
    const again = await open(shard, { fold: faultyAt(8) })
    await expect(again.take(someHistory, 0)).rejects.toThrow('stops at position 8')
    const repaired = await open(shard)
    await repaired.take(someHistory.slice(repaired.position()), 0)
    await repaired.flush()
    expect(await readProjection(fixture.pool, shard)).toEqual(recountProjection(someHistory))
  })

  it('says so whatever was thrown', async () => {
    const fold = () => {
      // oxlint-disable-next-line only-throw-error -- a library may throw anything
      throw 'a text'
    }
    const projector = await open(newShard(), { fold })
    await expect(projector.take(someHistory, 0)).rejects.toThrow(/: a text$/)
  })
})

describe('a projector that is closed', () => {
  it('takes nothing and writes nothing any more', async () => {
    const shard = newShard()
    const projector = await open(shard, { flushIntervalMs: 1 })
    await projector.take(someHistory, 0)
    projector.close()
    projector.close()
    await expect(projector.take(someHistory, 0)).rejects.toThrow(`The projector of shard ${shard} is closed`)
    await expect(projector.flush()).rejects.toThrow('is closed')
    expect(await readProjection(fixture.pool, shard)).toEqual(recountProjection([]))
  })

  it('does not tell of a flush that fails afterwards', async () => {
    const shard = newShard()
    const onFailure = vi.fn()
    const [winner, closed] = await Promise.all([open(shard), open(shard, { onFailure })])
    await closed.take(someHistory, 0)
    await winner.take(someHistory, 0)
    await winner.flush()
    const flushing = closed.flush()
    closed.close()
    await expect(flushing).rejects.toThrow('is closed')
    expect(onFailure).not.toHaveBeenCalled()
  })
})
