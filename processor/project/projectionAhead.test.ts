import { describe, expect, it } from 'vitest'
import { createProjectorFixture, someHistory } from '../testing/projectorFixture.ts'
import { readProjection, recountProjection } from '../testing/storedProjection.ts'
import { FencedError } from '@patterns/read-model/writing/fencedError.ts'

const fixture = createProjectorFixture()
const { newShard, open } = fixture
const [before, after] = [someHistory.slice(0, 12), someHistory.slice(12)]

/** A shard without an owner, of which the first twelve events are counted. */
const givenCounted = async (): Promise<number> => {
  const shard = newShard()
  const projector = await open(shard)
  await projector.take(before, 0)
  await projector.flush()
  projector.close()
  return shard
}

const change = (shard: number, statement: string): Promise<unknown> =>
  fixture.pool.query(`${statement} where shard = $1`, [shard])

describe('a checkpoint that was set back beside the rows that it accounted for', () => {
  it.each([
    ['by some events', 'update projection_checkpoints set position = 9', 9],
    ['to the beginning', 'update projection_checkpoints set position = 0, watermark = null', 0],
    ['by being deleted', 'delete from projection_checkpoints', 0],
  ])('%s is refused, with what repairs it', async (_how, statement, position) => {
    const shard = await givenCounted()
    const counted = (await readProjection(fixture.pool, shard)).windows
    await change(shard, statement)
    await expect(open(shard)).rejects.toMatchObject({
      name: 'ProjectionAheadError',
      message: expect.stringMatching(
        new RegExp(
          `up to position 12, but their checkpoint stands at ${position}:.*projections rebuild --shard ${shard}"`,
        ),
      ),
    })
    expect((await readProjection(fixture.pool, shard)).windows).toEqual(counted)
  })
})

describe('a row that is newer than the checkpoint', () => {
  it.each([
    'pattern_windows_v1_hour',
    'pattern_windows_v1_week',
    'total_windows_v1_day',
    'pattern_catalogue_v1',
  ])('of %s is not counted on', async (table) => {
    const shard = await givenCounted()
    await change(shard, `update ${table} set last_position = 99`)
    const stored = await readProjection(fixture.pool, shard)
    const projector = await open(shard)
    await projector.take(before, 0)
    await expect(projector.flush()).rejects.toMatchObject({
      name: 'ProjectionAheadError',
      message: expect.stringContaining('up to position 99, but their checkpoint stands at 12'),
    })
    expect(await readProjection(fixture.pool, shard)).toEqual(stored)
  })

  it("is another owner's if the checkpoint has moved on as well", async () => {
    const shard = await givenCounted()
    const stale = await open(shard)
    const owner = await open(shard)
    await owner.take(after, 0)
    await owner.flush()
    await stale.take(after, 0)
    await expect(stale.flush()).rejects.toThrow(FencedError)
    expect(await readProjection(fixture.pool, shard)).toEqual(recountProjection(someHistory))
  })
})
