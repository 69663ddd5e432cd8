import { describe, expect, it } from 'vitest'
import { idsOf, readAll } from '../testing/logFixture.ts'
import { createSegmentsFixture } from '../testing/segmentsFixture.ts'

const fixture = createSegmentsFixture()
const { givenSegments, appendSegment } = fixture

/** A shard of ten positions, without those of the segments that begin at these. */
const givenHole = async (...firstPositions: number[]): Promise<number> => {
  const shard = await givenSegments(2, 3, 1, 2, 2)
  await fixture.pool.query('delete from event_log_segments where shard = $1 and first_position = any($2)', [
    shard,
    firstPositions,
  ])
  return shard
}

const readRange = async (shard: number, first: number, last: number): Promise<number[]> => {
  const positions: number[] = []
  for await (const page of fixture.log.readRanges(shard, [{ first, last }]))
    positions.push(...page.map(({ position }) => position))
  return positions
}

describe('a log with a hole', () => {
  it.each([
    ['at its beginning', [1], 1, 2],
    ['in its middle', [3, 6], 3, 6],
    ['at its end', [9], 9, 10],
    ['of everything', [1, 3, 6, 7, 9], 1, 10],
  ])(
    '%s is refused by every reader, with the positions that are missing',
    async (_where, gone, first, last) => {
      const shard = await givenHole(...gone)
      const error = expect.objectContaining({
        name: 'MissingPositionsError',
        shard,
        missing: { first, last },
        message: expect.stringContaining(`at positions ${first} to ${last}:`),
      })
      await expect(readAll(fixture.log, shard)).rejects.toEqual(error)
      await expect(idsOf(fixture.log, shard, 1_000)).rejects.toEqual(error)
      await expect(readRange(shard, 1, 10)).rejects.toEqual(error)
      await expect(readRange(shard, first, first)).rejects.toEqual(error)
      // Also by one that is told of later events.
      await appendSegment(shard, 2)
      await expect(readAll(fixture.log, shard)).rejects.toEqual(error)
    },
  )

  it('is read if it has none', async () => {
    const shard = await givenHole(3)
    expect((await readAll(fixture.log, shard, 5)).map(({ position }) => position)).toEqual([6, 7, 8, 9, 10])
    expect((await idsOf(fixture.log, shard, 3)).map(({ position }) => position)).toEqual([8, 9, 10])
    expect(await readRange(shard, 1, 2)).toEqual([1, 2])
    expect(await readRange(shard, 8, 99)).toEqual([8, 9, 10])
  })
})
