import { graceMs, windowMs } from '@patterns/projections/window.ts'
import { describe, expect, it } from 'vitest'
import { createSteppedShards, everyDay, first, noon, second } from '../testing/steppedShards.ts'
import { readLines, readTrendsCheckpoint, used } from '../testing/trendsFixture.ts'

const shards = createSteppedShards()
const { own, expectEqual } = shards
const { hour, day } = windowMs

describe('the trends of a shard', () => {
  it('are those of its closed windows, once they are committed', async () => {
    const { shard, clock, project, step } = await own()
    await project([...everyDay(first, 20), ...everyDay(second, 10)])
    // Hour, day and two more series, with four metrics each, of two patterns.
    expect(await step(1_000)).toEqual([32])
    await expectEqual(shard, clock.now())
    const usage = (await readLines(shards.pool, shard)).get(`day/30/usage/${first}`)
    expect(usage).toMatchObject({ points: 20, slope: 1, s: 190, span: 19, mean: 10.5 })
    expect(await readTrendsCheckpoint(shards.pool, shard)).toEqual({
      position: 265,
      closedUntil: Date.UTC(2026, 2, 4, 11),
    })
  })

  it('are left alone by events in open windows', async () => {
    const { shard, clock, project, step } = await own()
    await project(everyDay(first, 20))
    await step(1_000)
    const before = await readLines(shards.pool, shard)
    await project([used(first, clock.now()), used(second, clock.now() - hour)])
    expect(await step(1_000)).toEqual([])
    expect(await readLines(shards.pool, shard)).toEqual(before)
    expect((await readTrendsCheckpoint(shards.pool, shard)).position).toBe(212)
  })

  it('are recomputed once, within a second, if late events change closed windows', async () => {
    const { shard, clock, project, step } = await own()
    await project([...everyDay(first, 20), ...everyDay(second, 10)])
    await step(1_000)
    for (let i = 0; i < 5; i++) {
      await project([used(first, noon - 3 * day, { outcome: 'failure', executionTimeMs: 12 })])
      expect(await step(150)).toEqual([])
    }
    // Of the first pattern alone: its days, in both lengths, and its week. The hour is too old.
    expect(await step(250)).toEqual([12])
    await expectEqual(shard, clock.now())
    expect(await step(1_000)).toEqual([])
  })

  it('are recomputed for all patterns, once, when windows close', async () => {
    const { shard, clock, project, step } = await own()
    await project([...everyDay(first, 20), used(second, noon)])
    await step(1_000)
    // An hour of each pattern closes, and none of them was used again.
    clock.set(Date.UTC(2026, 2, 4, 14))
    expect(await step(1_000)).toEqual([8])
    expect(await step(1_000)).toEqual([])
    // Midnight is the end of an hour and a day; the grace passes an hour later.
    clock.set(Date.UTC(2026, 2, 5, 0, 59))
    expect(await step(1_000)).toEqual([8])
    clock.set(Date.UTC(2026, 2, 5, 1))
    expect(await step(1_000)).toEqual([24])
    await expectEqual(shard, clock.now())
    // So is Monday, of a week too.
    clock.set(Date.UTC(2026, 2, 9) + graceMs)
    expect(await step(1_000)).toEqual([32])
    await expectEqual(shard, clock.now())
    expect((await readTrendsCheckpoint(shards.pool, shard)).closedUntil).toBe(Date.UTC(2026, 2, 9))
  })

  it('follow a clock that is set back', async () => {
    const { shard, clock, project, step } = await own()
    await project(everyDay(first, 20))
    await step(1_000)
    clock.set(noon + 200 * day)
    await step(1_000)
    await expectEqual(shard, clock.now())
    clock.set(noon - day)
    await step(1_000)
    await expectEqual(shard, clock.now())
  })

  it('count usage from an event before all others on', async () => {
    const { shard, clock, project, step } = await own()
    await project(everyDay(first, 3))
    await step(1_000)
    expect((await readLines(shards.pool, shard)).get(`day/30/usage/${first}`)!['points']).toBe(3)
    await project([used(first, noon - 300 * day)])
    await step(1_000)
    expect((await readLines(shards.pool, shard)).get(`day/30/usage/${first}`)!['points']).toBe(30)
    await expectEqual(shard, clock.now())
  })

  it('need no figures in memory: what is forgotten is read again', async () => {
    const { shard, clock, project, step } = await own({ maxWindows: 0 })
    await project([...everyDay(first, 20), ...everyDay(second, 10)])
    await step(1_000)
    await project([used(first, noon - 2 * day), used(second, noon - 5 * hour)])
    await step(1_000)
    await expectEqual(shard, clock.now())
    clock.set(noon + day)
    await step(1_000)
    await expectEqual(shard, clock.now())
  })
})
