import { describe, expect, it } from 'vitest'
import { events, type LogFixture, readAll } from './testing/logFixture.ts'
import { deadLetterAt, duplicateAt, eventAt, idAt, toAppend } from './testing/newEvents.ts'

/** How every event log lets one writer after another append, and none that has missed something. */
export const writersContract = (fixture: LogFixture): void => {
  const { newShard, given } = fixture

  describe('a writer whose head is stale', () => {
    it.each([
      ['a position behind', { position: 1, nextSourceOffset: 2, sourceBase: 0, splits: 0, watermark: null }],
      ['a position ahead', { position: 3, nextSourceOffset: 2, sourceBase: 0, splits: 0, watermark: null }],
      ['an offset behind', { position: 2, nextSourceOffset: 1, sourceBase: 0, splits: 0, watermark: null }],
      ['an offset ahead', { position: 2, nextSourceOffset: 3, sourceBase: 0, splits: 0, watermark: null }],
      [
        'the base of another topic',
        { position: 2, nextSourceOffset: 2, sourceBase: 2, splits: 0, watermark: null },
      ],
      ['a split', { position: 2, nextSourceOffset: 2, sourceBase: 0, splits: 1, watermark: null }],
    ])('by %s changes nothing', async (_how, expected) => {
      const { shard } = await given(0, events(0, 1))
      const before = await fixture.log.head(shard)
      const batch = toAppend({
        events: [eventAt(2)],
        deadLetters: [deadLetterAt(3)],
        duplicates: [duplicateAt(4, 1)],
      })
      expect(await fixture.log.append({ shard, expected, ...batch })).toEqual({ ok: false, reason: 'fenced' })
      expect(await fixture.log.head(shard)).toEqual(before)
      expect(await readAll(fixture.log, shard)).toHaveLength(2)
    })

    it('cannot append to a shard that was never opened', async () => {
      const shard = newShard()
      const expected = { position: 0, nextSourceOffset: 0, sourceBase: 0, splits: 0, watermark: null }
      expect(await fixture.log.append({ shard, expected, ...events(0) })).toEqual({
        ok: false,
        reason: 'fenced',
      })
      expect(await fixture.log.head(shard)).toBeUndefined()
    })

    it('loses to the first of those who write at once, and nothing of it is kept', async () => {
      const { shard, head } = await given(0, events(0))
      const writers = Array.from({ length: 6 }, () => fixture.connect())
      const results = await Promise.all(
        writers.map((writer, i) =>
          writer.append({
            shard,
            expected: head,
            ...toAppend({ events: [eventAt(1, { id: idAt(1_000 + i) })] }),
          }),
        ),
      )
      expect(results.filter((result) => result.ok)).toHaveLength(1)
      const winner = results.findIndex((result) => result.ok)
      const records = await readAll(fixture.log, shard)
      expect(records.map((record) => record.eventId)).toEqual([idAt(0), idAt(1_000 + winner)])
    })

    it('appends the same batch once, however often it tries', async () => {
      const { shard, head } = await given(0)
      const first = await fixture.log.append({ shard, expected: head, ...events(0, 1) })
      const second = await fixture.log.append({ shard, expected: head, ...events(0, 1) })
      expect([first.ok, second.ok]).toEqual([true, false])
      expect(await readAll(fixture.log, shard)).toHaveLength(2)
    })
  })

  describe('after a restart', () => {
    it('everything is there, and appending goes on', async () => {
      const { shard, head } = await given(0, events(0, 1), toAppend({ deadLetters: [deadLetterAt(2)] }))
      const restarted = fixture.connect()
      expect(await restarted.head(shard)).toEqual(await fixture.log.head(shard))
      expect(await restarted.open(shard, 0)).toMatchObject(head)
      expect(await readAll(restarted, shard)).toEqual(await readAll(fixture.log, shard))
      const result = await restarted.append({ shard, expected: head, ...events(3) })
      expect(result).toEqual({
        ok: true,
        head: {
          position: 3,
          nextSourceOffset: 4,
          sourceBase: 0,
          splits: 0,
          watermark: eventAt(3).occurredAt,
        },
      })
      expect(await readAll(restarted, shard)).toHaveLength(3)
    })

    it('the owner before it is fenced', async () => {
      const { shard, head } = await given(0, events(0))
      await fixture.connect().append({ shard, expected: head, ...events(1) })
      expect(await fixture.log.append({ shard, expected: head, ...events(1) })).toEqual({
        ok: false,
        reason: 'fenced',
      })
    })
  })
}
