import { noWatermark } from '@patterns/shared/contract/watermark.ts'
import { describe, expect, it } from 'vitest'
import { events, idsOf, type LogScene, readAll } from './testing/logFixture.ts'

/** What a shard is that nobody has appended to yet, in every event log. */
export const openingContract = (scene: LogScene): void => {
  const { newShard, given } = scene

  describe('opening a shard', () => {
    it('begins it at a source offset, empty', async () => {
      const shard = newShard()
      expect(await scene.log.head(shard)).toBeUndefined()
      const opened = await scene.log.open(shard, 42)
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
      expect(await scene.log.head(shard)).toEqual(opened)
      expect(await readAll(scene.log, shard)).toEqual([])
      expect(await idsOf(scene.log, shard, 10)).toEqual([])
      expect(await scene.log.positionBefore(shard, 100)).toBe(0)
    })

    it('that is open already keeps its head', async () => {
      const { shard } = await given(5, events(5, 6))
      const head = await scene.log.head(shard)
      expect(await scene.log.open(shard, 0)).toEqual(head)
      expect(await scene.log.open(shard, 999)).toEqual(head)
      expect(await scene.log.head(shard)).toEqual(head)
    })

    it('twice at once begins it once', async () => {
      const shard = newShard()
      const opened = await Promise.all([scene.log.open(shard, 1), scene.log.open(shard, 2)])
      expect(opened[0]).toEqual(opened[1])
    })

    it('remembers which topic its source offsets are of', async () => {
      const { shard } = await given(5, events(5, 6))
      const unnamed = (await scene.log.head(shard))!
      await scene.log.nameTopic(shard, 'one', unnamed)
      const named = { ...unnamed, topicId: 'one' }
      expect(await scene.connect().head(shard)).toEqual(named)
      await scene.log.nameTopic(shard, 'other', named)
      expect(await scene.log.head(shard)).toEqual({ ...unnamed, topicId: 'other' })
    })

    it('lets nobody rename its topic who has missed something', async () => {
      const { shard, head } = await given(5, events(5, 6))
      const unnamed = (await scene.log.head(shard))!
      await scene.log.nameTopic(shard, 'one', unnamed)
      await scene.log.nameTopic(shard, 'other', unnamed)
      expect(await scene.log.head(shard)).toMatchObject({ topicId: 'one' })
      await scene.log.append({ shard, expected: head, ...events(7) })
      await scene.log.nameTopic(shard, 'other', { ...unnamed, topicId: 'one' })
      expect(await scene.log.head(shard)).toMatchObject({ topicId: 'one' })
    })

    it('lists it among the shards, in order', async () => {
      const { shard } = await given(0)
      const listed = await scene.log.shards()
      expect(listed).toContain(shard)
      expect(listed).toEqual(listed.toSorted((a, b) => a - b))
    })
  })
}
