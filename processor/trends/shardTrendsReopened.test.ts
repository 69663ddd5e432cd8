import { granularities } from '@patterns/projections/window.ts'
import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { windowMs } from '@patterns/projections/window.ts'
import { describe, expect, it } from 'vitest'
import { createSteppedClock } from '../testing/steppedClock.ts'
import { createSteppedShards, everyDay, first, noon, second } from '../testing/steppedShards.ts'
import { readLines, readTrendsCheckpoint, used } from '../testing/trendsFixture.ts'

const shards = createSteppedShards()
const { own, expectEqual } = shards
const { day } = windowMs

describe('a shard that is opened again', () => {
  it('has its trends brought up to date: events that were projected without them', async () => {
    const before = await own()
    await before.project([...everyDay(first, 20), ...everyDay(second, 10)])
    await before.step(1_000)
    // Committed, and killed before the trends took notice.
    await before.project([used(first, noon - 4 * day)])
    before.close()
    const after = await own({ shard: before.shard })
    await expectEqual(before.shard, after.clock.now())
    expect((await readTrendsCheckpoint(shards.pool, before.shard)).position).toBe(266)
    // Nothing else was computed again.
    expect(await after.step(1_000)).toEqual([])
  })

  it('has its trends brought up to date: windows that closed meanwhile', async () => {
    const before = await own()
    await before.project(everyDay(first, 20))
    await before.step(1_000)
    before.close()
    const after = await own({ shard: before.shard, clock: createSteppedClock(noon + day) })
    await expectEqual(before.shard, after.clock.now())
  })

  it('has lines for all its patterns, however many there are', async () => {
    const before = await own()
    const patterns = Array.from({ length: 120 }, () => randomUUID())
    await before.project(
      patterns.flatMap((id, i) => [used(id, noon - (1 + (i % 9)) * day), used(id, noon - day)]),
    )
    before.close()
    const after = await own({ shard: before.shard })
    expect((await readLines(shards.pool, before.shard)).size).toBe(120 * 16)
    await expectEqual(before.shard, after.clock.now())
    after.clock.set(noon + day)
    expect(await after.step(1_000)).toEqual([1_200, 240])
    await expectEqual(before.shard, after.clock.now())
  })

  it('has every line computed again after the migration that changed what a line is', async () => {
    const before = await own()
    await before.project([...everyDay(first, 20), ...everyDay(second, 10)])
    await before.step(1_000)
    before.close()
    await shards.pool.query('update pattern_trends_v1 set points = 30, mean = 0 where shard = $1', [
      before.shard,
    ])
    const migration = new URL('../../migrations/013_unused_patterns.sql', import.meta.url)
    await shards.pool.query(await readFile(migration, 'utf8'))
    const after = await own({ shard: before.shard })
    await expectEqual(before.shard, after.clock.now())
  })

  it('begins its trends again if the windows were begun again', async () => {
    const before = await own()
    await before.project(everyDay(first, 20))
    await before.step(1_000)
    before.close()
    for (const table of [
      ...granularities.flatMap((size) => [`pattern_windows_v1_${size}`, `total_windows_v1_${size}`]),
      'pattern_catalogue_v1',
      'projection_checkpoints',
    ]) {
      const isCheckpoint = table === 'projection_checkpoints'
      await shards.pool.query(
        `delete from ${table} where shard = $1 ${isCheckpoint ? `and projection = 'pattern_windows'` : ''}`,
        [before.shard],
      )
    }
    const after = await own({ shard: before.shard })
    expect((await readLines(shards.pool, before.shard)).size).toBe(0)
    await after.project(everyDay(second, 10))
    await after.step(1_000)
    await expectEqual(before.shard, after.clock.now())
  })
})
