import { describe, expect, it } from 'vitest'
import { createSegmentsFixture, longAgo } from '../testing/segmentsFixture.ts'

const fixture = createSegmentsFixture()
const { newShard, givenSegments, appendSegment, sizesOf, everythingIn, compact } = fixture
const minute = 60_000

/** Up to where no round looks at segments again. */
const compactedPosition = async (shard: number): Promise<number> => {
  const { rows } = await fixture.pool.query<{ position: number }>(
    'select compacted_position as position from event_log_shards where shard = $1',
    [shard],
  )
  return rows[0]!.position
}

/** Segments that are not read here, so their content does not matter. */
const fill = async (shard: number, count: number, position: string, events: string): Promise<void> => {
  await fixture.pool.query(
    `insert into event_log_segments (shard, first_position, event_count, first_source_offset, last_source_offset,
       min_occurred_at, max_occurred_at, min_recorded_at, max_recorded_at, event_ids, payload, appended_at)
     select $1, ${position}, ${events}, i, i, 'epoch', 'epoch', 'epoch', 'epoch', '', '', $2
     from generate_series(0, $3::int - 1) as i`,
    [shard, new Date(longAgo), count],
  )
}

describe('merging small segments', () => {
  it('makes one of neighbours, says how many went into it, and has nothing to do the second time', async () => {
    const shard = await givenSegments(3, 1, 4)
    expect(await compact(shard)).toBe(3)
    expect(await sizesOf(shard)).toEqual([8])
    expect(await compact(shard)).toBe(0)
  })

  it('leaves large segments alone, and does not join what lies on both sides of one', async () => {
    const shard = await givenSegments(2, 256, 3, 4)
    await compact(shard)
    expect(await sizesOf(shard)).toEqual([2, 256, 7])
  })

  it('leaves alone what this system took within the last minute, whatever its producers say of the time', async () => {
    const shard = await givenSegments(1, 1)
    await appendSegment(shard, 1, Date.now())
    await appendSegment(shard, 1, Date.now())
    await compact(shard)
    expect(await sizesOf(shard)).toEqual([2, 1, 1])
  })

  it('joins nothing of two minutes, so that what was known at the end of each can still be told', async () => {
    const shard = await newShard(0)
    for (const [minutes, ms] of [
      [0, 0],
      [0, 59_999],
      [1, 0],
      [2, 10],
      [2, 20],
    ] as const)
      await appendSegment(shard, 1, longAgo + minutes * minute + ms)
    await compact(shard)
    const { rows } = await fixture.pool.query<{ event_count: number; appended_at: Date }>(
      'select event_count, appended_at from event_log_segments where shard = $1 order by first_position',
      [shard],
    )
    expect(rows.map((row) => [row.event_count, row.appended_at.getTime() - longAgo])).toEqual([
      [2, 59_999],
      [1, minute],
      [2, 2 * minute + 20],
    ])
  })

  it('goes on where it ended the time before, and looks at nothing before that again', async () => {
    const shard = await givenSegments(1, 2, 1)
    await compact(shard)
    expect(await compactedPosition(shard)).toBe(4)
    // What it would merge if it looked at it.
    await fixture.pool.query('update event_log_segments set appended_at = $2 where shard = $1', [
      shard,
      new Date(longAgo),
    ])
    await appendSegment(shard, 3, longAgo)
    await appendSegment(shard, 3, longAgo)
    const before = await everythingIn(shard)
    expect(await compact(shard)).toBe(2)
    expect(await sizesOf(shard)).toEqual([4, 6])
    expect(await everythingIn(shard)).toEqual(before)
    expect(await compactedPosition(shard)).toBe(8)
  })

  it('finds neighbours beyond thousands of segments that cannot be merged', async () => {
    const shard = await newShard(0)
    // Small ones, each with a large one after it.
    await fill(shard, 4_402, '1 + (i / 2) * 5001 + (i % 2)', 'case i % 2 when 0 then 1 else 5000 end')
    await fixture.pool.query(
      'update event_log_shards set position = $2, next_source_offset = 4402 where shard = $1',
      [shard, 2_201 * 5_001],
    )
    await appendSegment(shard, 1)
    await appendSegment(shard, 1)
    expect(await compact(shard)).toBe(2)
  })

  it('finds neighbours of which one ends what it looks at once and the other begins the next', async () => {
    const shard = await newShard(0)
    await fill(shard, 999, '1 + i * 10', '1')
    await fixture.pool.query(
      'update event_log_shards set position = 20000, next_source_offset = 1000 where shard = $1',
      [shard],
    )
    await appendSegment(shard, 1)
    await appendSegment(shard, 1)
    await appendSegment(shard, 1)
    expect(await compact(shard)).toBe(3)
    expect((await sizesOf(shard)).at(-1)).toBe(3)
  })
})
