import { describe, expect, it } from 'vitest'
import { chooseRun, mergeSmallSegments } from './mergeSegments.ts'
import { createSegmentsScene } from './segmentsScene.ts'

const scene = createSegmentsScene()
const { newShard, givenSegments, appendSegment, sizesOf, everythingIn, mergeAll } = scene

describe('the run of segments to merge', () => {
  const extents = (...sizes: [first: number, count: number][]) =>
    sizes.map(([first_position, event_count]) => ({ first_position, event_count }))

  it.each([
    ['nothing, where there is nothing', extents(), []],
    ['nothing, where there is one', extents([1, 5]), []],
    ['all neighbours', extents([1, 5], [6, 1], [7, 2]), [1, 6, 7]],
    ['none that something lies between', extents([1, 5], [7, 5], [13, 5]), []],
    ['the first neighbours', extents([1, 5], [7, 5], [12, 5], [18, 5], [23, 5]), [7, 12]],
    ['as many as 512 events', extents([1, 200], [201, 200], [401, 112], [513, 1]), [1, 201, 401]],
    ['no more than 512 events', extents([1, 255], [256, 255], [511, 255]), [1, 256]],
  ])('is %s', (_what, candidates, run) => {
    expect(chooseRun(candidates)).toEqual(run)
  })
})

describe('merging small segments', () => {
  it('makes one of neighbours, and says how many and where to look on', async () => {
    const shard = await givenSegments(3, 1, 4)
    expect(await mergeSmallSegments(scene.pool, shard, 0)).toEqual({ merged: 3, lastPosition: 8 })
    expect(await sizesOf(shard)).toEqual([8])
    expect(await mergeSmallSegments(scene.pool, shard, 0)).toEqual({ merged: 0, lastPosition: 0 })
    expect(await mergeSmallSegments(scene.pool, shard, 8)).toEqual({ merged: 0, lastPosition: 8 })
  })

  it('looks on only after the position that it is given', async () => {
    const shard = await givenSegments(1, 1, 1, 1)
    expect(await mergeSmallSegments(scene.pool, shard, 2)).toEqual({ merged: 2, lastPosition: 4 })
    expect(await sizesOf(shard)).toEqual([1, 1, 2])
  })

  it('leaves large segments alone, and does not join what lies on both sides of one', async () => {
    const shard = await givenSegments(2, 256, 3, 4)
    await mergeAll(shard)
    expect(await sizesOf(shard)).toEqual([2, 256, 7])
  })

  it('leaves alone what came within the last minute', async () => {
    const shard = await givenSegments(1, 1)
    await appendSegment(shard, 1, Date.now() + 60_000)
    await appendSegment(shard, 1, Date.now() + 60_000)
    await mergeAll(shard)
    expect(await sizesOf(shard)).toEqual([2, 1, 1])
  })

  it('does not join what lies on both sides of one that came within the last minute', async () => {
    const shard = await givenSegments(1)
    await appendSegment(shard, 1, Date.now() + 60_000)
    await appendSegment(shard, 1)
    const before = await everythingIn(shard)
    await mergeAll(shard)
    expect(await sizesOf(shard)).toEqual([1, 1, 1])
    expect(await everythingIn(shard)).toEqual(before)
  })

  it('finds neighbours beyond thousands of segments that cannot be merged', async () => {
    const shard = await newShard(0)
    // Small ones, each with a large one after it. Nobody reads them here, so their content does not matter.
    await scene.pool.query(
      `insert into event_log_segments
       select $1, 1 + (i / 2) * 5001 + (i % 2), case i % 2 when 0 then 1 else 5000 end, i, i,
         'epoch', 'epoch', 'epoch', 'epoch', '', '', 'epoch'
       from generate_series(0, 4401) as i`,
      [shard],
    )
    const position = 2_201 * 5_001
    await scene.pool.query(
      'update event_log_shards set position = $2, next_source_offset = 4402 where shard = $1',
      [shard, position],
    )
    await appendSegment(shard, 1)
    await appendSegment(shard, 1)
    expect(await mergeSmallSegments(scene.pool, shard, 0)).toEqual({ merged: 2, lastPosition: position + 2 })
  })

  it('finds neighbours of which one ends what it looks at once and the other begins the next', async () => {
    const shard = await newShard(0)
    await scene.pool.query(
      `insert into event_log_segments
       select $1, 1 + i * 10, 1, i, i, 'epoch', 'epoch', 'epoch', 'epoch', '', '', 'epoch'
       from generate_series(0, 998) as i`,
      [shard],
    )
    await scene.pool.query(
      'update event_log_shards set position = 20000, next_source_offset = 1000 where shard = $1',
      [shard],
    )
    await appendSegment(shard, 1)
    await appendSegment(shard, 1)
    expect(await mergeSmallSegments(scene.pool, shard, 0)).toEqual({ merged: 2, lastPosition: 20_002 })
  })
})
