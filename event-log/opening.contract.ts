import { noWatermark } from '@patterns/shared/contract/watermark.ts'
import { describe, expect, it } from 'vitest'
import { events, idsOf, type LogFixture, readAll } from './testing/logFixture.ts'

/** What a shard is before the first append, in every event log. */
export const openingContract = (fixture: LogFixture): void => {
  const { newShard, given } = fixture

  describe('opening a shard', () => {
    it('begins it at a source offset, empty', async () => {
      const shard = newShard()
      expect(await fixture.log.head(shard)).toBeUndefined()
      const opened = await fixture.log.open(shard, 42)
      expect(opened).toEqual({
        position: 0,
        firstSourceOffset: 42,
        nextSourceOffset: 42,
        sourceBase: 0,
        sourceBaseSince: 0,
        leaderEpoch: null,
        topicId: null,
        watermark: noWatermark,
        duplicates: 0,
        deadLettered: 0,
        notRecords: 0,
        splits: 0,
        keyMismatches: 0,
      })
      expect(await fixture.log.head(shard)).toEqual(opened)
      expect(await readAll(fixture.log, shard)).toEqual([])
      expect(await idsOf(fixture.log, shard, 10)).toEqual([])
      expect(await fixture.log.positionBefore(shard, 100)).toBe(0)
    })

    it('that is open already keeps its head', async () => {
      const { shard } = await given(5, events(5, 6))
      const head = await fixture.log.head(shard)
      expect(await fixture.log.open(shard, 0)).toEqual(head)
      expect(await fixture.log.open(shard, 999)).toEqual(head)
      expect(await fixture.log.head(shard)).toEqual(head)
    })

    it('twice at once begins it once', async () => {
      const shard = newShard()
      const opened = await Promise.all([fixture.log.open(shard, 1), fixture.log.open(shard, 2)])
      expect(opened[0]).toEqual(opened[1])
    })

    it('remembers which topic its source offsets are of', async () => {
      const { shard } = await given(5, events(5, 6))
      const unnamed = (await fixture.log.head(shard))!
      await fixture.log.nameTopic(shard, 'one', unnamed)
      const named = { ...unnamed, topicId: 'one' }
      expect(await fixture.connect().head(shard)).toEqual(named)
      await fixture.log.nameTopic(shard, 'other', named)
      expect(await fixture.log.head(shard)).toEqual({ ...unnamed, topicId: 'other' })
    })

    it('lets nobody rename its topic who has missed something', async () => {
      const { shard, head } = await given(5, events(5, 6))
      const unnamed = (await fixture.log.head(shard))!
      await fixture.log.nameTopic(shard, 'one', unnamed)
      await fixture.log.nameTopic(shard, 'other', unnamed)
      expect(await fixture.log.head(shard)).toMatchObject({ topicId: 'one' })
      await fixture.log.append({ shard, expected: head, ...events(7) })
      await fixture.log.nameTopic(shard, 'other', { ...unnamed, topicId: 'one' })
      expect(await fixture.log.head(shard)).toMatchObject({ topicId: 'one' })
    })

    it('lists it among the shards, in order', async () => {
      const { shard } = await given(0)
      const listed = await fixture.log.shards()
      expect(listed).toContain(shard)
      expect(listed).toEqual(listed.toSorted((a, b) => a - b))
    })
  })
}
