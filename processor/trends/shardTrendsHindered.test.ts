import { windowMs } from '@patterns/projections/window.ts'
import type pg from 'pg'
import { describe, expect, it } from 'vitest'
import { createSteppedShards, everyDay, first, noon, second } from '../testing/steppedShards.ts'
import { readLines, used } from '../testing/trendsFixture.ts'

const shards = createSteppedShards()
const { own, expectEqual } = shards
const { hour, day } = windowMs

describe('a stale owner', () => {
  it('writes nothing once another has brought the trends further, and ends', async () => {
    const stale = await own()
    await stale.project(everyDay(first, 20))
    await stale.step(1_000)
    const owner = await own({ shard: stale.shard })
    await owner.project([used(first, noon - 4 * day)])
    await owner.step(1_000)
    const lines = await readLines(shards.pool, stale.shard)
    // An hour passes for the stale one alone.
    stale.clock.set(noon + hour)
    expect(await stale.step(1_000)).toEqual([])
    expect(stale.trends.state()).toMatchObject({ status: 'retrying' })
    await stale.step(100)
    expect(stale.trends.state()).toMatchObject({ status: 'fenced' })
    expect(await readLines(shards.pool, stale.shard)).toEqual(lines)
  })

  it('cannot undo a line that was computed from later windows', async () => {
    const stale = await own()
    await stale.project(everyDay(first, 20))
    await stale.step(1_000)
    const owner = await own({ shard: stale.shard })
    await owner.project([used(first, noon - 4 * day)])
    await owner.step(1_000)
    // The moment at which the owner has written the line, and not yet moved the checkpoint.
    await shards.pool.query(
      `update projection_checkpoints set position = 210 where projection = 'pattern_trends' and shard = $1`,
      [stale.shard],
    )
    await stale.project([]).catch(() => {})
    stale.clock.set(noon + day)
    await stale.step(1_000)
    const { position, windows } = (
      await shards.pool.query<{ position: number; windows: number }>(
        'select min(position)::int8 as position, count(distinct closed_until) as windows from pattern_trends_v1 where shard = $1 and granularity = $2',
        [stale.shard, 'day'],
      )
    ).rows[0]!
    expect({ position, windows }).toEqual({ position: 211, windows: 1 })
  })
})

/** The pool, of which no transaction can be begun while something is wrong. */
const failingPool = (isWrong: () => boolean, whatIsWrong: () => Error): pg.Pool =>
  new Proxy(shards.pool, {
    get(target, name) {
      if (name === 'connect' && isWrong()) return () => Promise.reject(whatIsWrong())
      const value = Reflect.get(target, name) as unknown
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })

describe('when the database fails', () => {
  it('the trends retry, say so, and lose nothing, while the windows go on', async () => {
    const failing = { isDown: false }
    const diskFull = (): Error => Object.assign(new Error('the disk is full'), { code: '53100' })
    const trendsPool = failingPool(() => failing.isDown, diskFull)
    const { shard, clock, project, step, trends } = await own({ trendsPool })
    await project(everyDay(first, 20))
    await step(1_000)
    failing.isDown = true
    await project([used(first, noon - 4 * day)])
    await step(1_000)
    expect(trends.state()).toMatchObject({ status: 'retrying', reason: 'the disk is full' })
    await project([used(second, noon - 4 * day)])
    await step(100)
    failing.isDown = false
    await step(100)
    expect(trends.state()).toMatchObject({ status: 'running', reason: undefined, position: 212 })
    await expectEqual(shard, clock.now())
  })

  it('the trends stop at a fault of our own, and the windows go on', async () => {
    const failing = { isBroken: false }
    const trendsPool = failingPool(
      () => failing.isBroken,
      () => new TypeError('a fault of our own'),
    )
    const { project, step, trends, projector } = await own({ trendsPool })
    await project(everyDay(first, 20))
    await step(1_000)
    failing.isBroken = true
    await project([used(first, noon - 4 * day)])
    await step(1_000)
    expect(trends.state()).toMatchObject({ status: 'stopped', reason: 'a fault of our own' })
    await project([used(first, noon - 4 * day)])
    expect(projector.flushedPosition()).toBe(212)
  })
})
