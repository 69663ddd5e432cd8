import { describe, expect, it, vi } from 'vitest'
import { flushChannel } from '@patterns/read-model/notification.ts'
import { createProjectorFixture, never, someHistory } from '../testing/projectorFixture.ts'
import { readProjection, recountProjection } from '../testing/storedProjection.ts'

const fixture = createProjectorFixture()
const { newShard, open } = fixture

const patience = { timeout: 20_000, interval: 10 }

describe('a flush', () => {
  it('is all that makes folded events visible, and tells how much it wrote', async () => {
    const onFlush = vi.fn()
    const shard = newShard()
    const projector = await open(shard, { onFlush })
    await projector.take(someHistory, 0)
    expect([projector.position(), projector.flushedPosition()]).toEqual([someHistory.length, 0])
    expect((await readProjection(fixture.pool, shard)).windows.size).toBe(0)
    await projector.flush()
    expect(projector.flushedPosition()).toBe(someHistory.length)
    const patternRows = [...recountProjection(someHistory).windows.keys()].filter(
      (key) => !key.includes('total'),
    )
    expect(onFlush.mock.calls).toEqual([
      [
        {
          shard,
          events: someHistory.length,
          rows: patternRows.length,
          seconds: expect.any(Number),
          position: someHistory.length,
        },
      ],
    ])
  })

  it('of nothing writes nothing', async () => {
    const onFlush = vi.fn()
    const projector = await open(newShard(), { onFlush })
    await projector.flush()
    await projector.take([], 0)
    await projector.flush()
    expect(onFlush).not.toHaveBeenCalled()
  })

  it('notifies no reader within its transaction, which would lock all others out of their commits', async () => {
    const listener = await fixture.pool.connect()
    try {
      await listener.query(`listen ${flushChannel}; listen afterwards`)
      const notified = new Promise((resolve) =>
        listener.once('notification', ({ channel }) => resolve(channel)),
      )
      const projector = await open(newShard())
      await projector.take(someHistory, 0)
      await projector.flush()
      await fixture.pool.query('notify afterwards')
      expect(await notified).toBe('afterwards')
    } finally {
      listener.release(true)
    }
  })

  it('comes by itself, when no further events do', async () => {
    const { promise, resolve } = Promise.withResolvers<number>()
    const shard = newShard()
    const projector = await open(shard, { flushIntervalMs: 10, onFlush: ({ position }) => resolve(position) })
    await projector.take(someHistory, 0)
    expect(await promise).toBe(someHistory.length)
    expect(await readProjection(fixture.pool, shard)).toEqual(recountProjection(someHistory))
  })

  it('by itself comes late in a backlog, and soon again at the head of the log', async () => {
    const projector = await open(newShard(), { flushIntervalMs: 100 })
    const setTimer = vi.spyOn(globalThis, 'setTimeout')
    await projector.take(someHistory.slice(0, 5), 1_000_000)
    await projector.take(someHistory.slice(5, 10), 0)
    expect(setTimer.mock.calls.map(([, afterMs]) => afterMs)).toEqual([2_000, 100])
  })

  it('comes with the batch that finds the oldest event pending for long enough', async () => {
    let time = 0
    const projector = await open(newShard(), { now: () => time })
    await projector.take(someHistory.slice(0, 5), 0)
    time = never - 1
    await projector.take(someHistory.slice(5, 6), 0)
    expect(projector.flushedPosition()).toBe(0)
    time = never
    await projector.take(someHistory.slice(6, 7), 0)
    await vi.waitFor(() => expect(projector.flushedPosition()).toBe(7), patience)
  })

  it('is written while folding goes on; only the next one waits for it', async () => {
    const shard = newShard()
    let time = 0
    const projector = await open(shard, { now: () => time, flushIntervalMs: 10_000 })
    const locker = await fixture.pool.connect()
    try {
      await locker.query('begin')
      await locker.query('select 1 from projection_checkpoints where shard = $1 for update', [shard])
      await projector.take(someHistory.slice(0, 4), 0)
      time += 10_000
      await projector.take(someHistory.slice(4, 5), 0)
      // These are the first of the next flush, and too young for it.
      await projector.take(someHistory.slice(5, 10), 0)
      expect([projector.position(), projector.flushedPosition()]).toEqual([10, 0])
      time += 10_000
      let isTaken = false
      const waiting = projector.take(someHistory.slice(10, 15), 0).then(() => (isTaken = true))
      await locker.query('select 1')
      expect([isTaken, projector.position(), projector.flushedPosition()]).toEqual([false, 15, 0])
      await locker.query('commit')
      await waiting
    } finally {
      locker.release(true)
    }
    await projector.take(someHistory.slice(15), 0)
    await projector.flush()
    expect(await readProjection(fixture.pool, shard)).toEqual(recountProjection(someHistory))
  })

  it('that fails leaves nothing, tells so once, and ends the projector', async () => {
    const shard = newShard()
    const onFailure = vi.fn()
    await fixture.pool.query(
      `create function refuse() returns trigger language plpgsql as
       $$ begin if new.shard = ${shard} then raise 'disk full' using errcode = '53100'; end if; return new; end $$`,
    )
    await fixture.pool.query(
      'create trigger refuse before insert on pattern_catalogue_v1 for each row execute function refuse()',
    )
    const projector = await open(shard, { onFailure })
    await projector.take(someHistory, 0)
    await expect(projector.flush()).rejects.toMatchObject({ code: '53100' })
    await expect(projector.take(someHistory, 0)).rejects.toMatchObject({ code: '53100' })
    await expect(projector.flush()).rejects.toMatchObject({ code: '53100' })
    expect(onFailure.mock.calls).toEqual([[expect.objectContaining({ code: '53100' })]])
    expect(await readProjection(fixture.pool, shard)).toEqual(recountProjection([]))
    expect(projector.flushedPosition()).toBe(0)

    await fixture.pool.query('drop trigger refuse on pattern_catalogue_v1')
    const next = await open(shard)
    await next.take(someHistory, 0)
    await next.flush()
    expect(await readProjection(fixture.pool, shard)).toEqual(recountProjection(someHistory))
  })
})
