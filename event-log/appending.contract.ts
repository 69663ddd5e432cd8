import { noWatermark } from '@patterns/shared/contract/watermark.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { events, type LogFixture, readAll } from './testing/logFixture.ts'
import { deadLetterAt, drawnBatches, duplicateAt, eventAt, toAppend } from './testing/newEvents.ts'

/** What every event log keeps of a batch, and what it counts. */
export const appendingContract = (fixture: LogFixture): void => {
  const { given } = fixture

  describe('appending', () => {
    it('gives events the positions that follow, without gaps, and moves the head', async () => {
      const { shard, head } = await given(10, events(10, 11, 13), events(14))
      expect(head).toEqual({
        position: 4,
        nextSourceOffset: 15,
        sourceBase: 0,
        splits: 0,
        watermark: eventAt(14).occurredAt,
      })
      expect(await fixture.log.head(shard)).toMatchObject({ ...head, firstSourceOffset: 10, notRecords: 1 })
      const records = await readAll(fixture.log, shard)
      expect(records.map(({ position, sourceOffset }) => [position, sourceOffset])).toEqual([
        [1, 10],
        [2, 11],
        [3, 13],
        [4, 14],
      ])
    })

    it('keeps the leader epoch of the last batch, and forgets it with one that has none', async () => {
      const { shard, head } = await given(0, { ...events(0), leaderEpoch: 7 })
      expect(await fixture.log.head(shard)).toMatchObject({ leaderEpoch: 7 })
      await fixture.log.append({ shard, expected: head, ...events(1) })
      expect(await fixture.log.head(shard)).toMatchObject({ leaderEpoch: null })
    })

    it.each([
      ['nothing but offsets that were no records', toAppend({ nextSourceOffset: 7 })],
      ['nothing at all', toAppend({ nextSourceOffset: 0 })],
      ['nothing but dead letters', toAppend({ deadLetters: [deadLetterAt(0), deadLetterAt(3)] })],
      ['nothing but duplicates', toAppend({ duplicates: [duplicateAt(0, 1), duplicateAt(1, 1)] })],
    ])('%s changes no position', async (_what, batch) => {
      const { shard, head } = await given(0, batch)
      expect(head).toEqual({
        position: 0,
        nextSourceOffset: batch.nextSourceOffset,
        sourceBase: 0,
        watermark: noWatermark,
        splits: 0,
      })
      expect(await readAll(fixture.log, shard)).toEqual([])
      const next = await fixture.log.append({ shard, expected: head, ...events(head.nextSourceOffset) })
      expect(next).toMatchObject({
        ok: true,
        head: { position: 1, nextSourceOffset: head.nextSourceOffset + 1, sourceBase: 0, splits: 0 },
      })
    })

    it('moves the watermark to the greatest of what producer and broker both say, and never back', async () => {
      const at = (hours: number): number => Date.UTC(2026, 0, 1, hours)
      const event = (offset: number, occurredAt: number, timestamp: number) => ({
        ...eventAt(offset, { timestamp }),
        occurredAt,
      })
      const { shard, head } = await given(
        0,
        toAppend({ events: [event(0, at(99), at(3)), event(1, at(5), at(4)), event(2, at(1), at(9))] }),
        toAppend({ events: [event(3, at(2), at(2))] }),
      )
      expect(head.watermark).toBe(at(4))
      expect((await fixture.log.head(shard))?.watermark).toBe(at(4))
      const unknown = { ...head, watermark: null }
      const next = await fixture.log.append({ shard, expected: unknown, ...events(4) })
      expect(next).toMatchObject({ ok: true, head: { watermark: null } })
      expect((await fixture.log.head(shard))?.watermark).toBeNull()
    })

    it('keeps shards apart', async () => {
      const one = await given(0, events(0, 1))
      const other = await given(0, events(0))
      expect(await readAll(fixture.log, one.shard)).toHaveLength(2)
      expect(await readAll(fixture.log, other.shard)).toHaveLength(1)
    })

    it('keeps every byte of a value as it came, valid or not', async () => {
      const values = [
        Buffer.alloc(0),
        Buffer.from('\n\r\n\0"'),
        Buffer.from([0xff, 0xfe, 0x80, 0x00, 0xc3]),
        Buffer.from('{"a" :  1}\t'),
        Buffer.alloc(256 * 1024, 0xee),
        Buffer.from('ü😀'),
      ]
      const { shard } = await given(0, toAppend({ events: values.map((value, i) => eventAt(i, { value })) }))
      const kept = (await readAll(fixture.log, shard)).map((record) => record.value)
      expect(kept.map((value, i) => value.equals(values[i]!))).toEqual(values.map(() => true))
    })

    it("keeps the headers of a CloudEvent, and no other message's", async () => {
      const cloudEvent = { ce_specversion: Buffer.from('1.0'), ce_id: 'ü\n"', trace: 'x' }
      const structured = { 'content-type': [Buffer.from('application/cloudevents+json')] }
      const plain = { 'content-type': 'application/json', trace: 'x' }
      const headers = [cloudEvent, plain, undefined, structured, {}]
      const batch = toAppend({ events: headers.map((its, i) => eventAt(i, { headers: its })) })
      const { shard } = await given(0, batch)
      expect((await readAll(fixture.log, shard)).map((record) => record.headers)).toEqual([
        { ce_specversion: '1.0', ce_id: 'ü\n"' },
        undefined,
        undefined,
        { 'content-type': 'application/cloudevents+json' },
        undefined,
      ])
    })

    it("keeps the broker's times, even if they step back or are unknown", async () => {
      const times = [Date.UTC(2026, 0, 1), 0, -1, Date.UTC(9999, 0, 1), 1, 1]
      const batch = toAppend({ events: times.map((timestamp, i) => eventAt(i, { timestamp })) })
      const { shard } = await given(0, batch)
      expect((await readAll(fixture.log, shard)).map((record) => record.recordedAt)).toEqual(times)
    })

    it('accounts for every offset: an event, a duplicate, a dead letter, or no record', async () => {
      await fc.assert(
        fc.asyncProperty(drawnBatches, async (batches) => {
          const { shard } = await given(100, ...batches)
          const { position, duplicates, deadLettered, notRecords, ...offsets } =
            (await fixture.log.head(shard))!
          expect(position + duplicates + deadLettered + notRecords).toBe(
            offsets.nextSourceOffset - offsets.firstSourceOffset,
          )
          const count = (of: 'events' | 'duplicates' | 'deadLetters') =>
            batches.reduce((sum, batch) => sum + batch[of].length, 0)
          expect({ position, duplicates, deadLettered }).toEqual({
            position: count('events'),
            duplicates: count('duplicates'),
            deadLettered: count('deadLetters'),
          })
        }),
        { numRuns: 20 },
      )
    })
  })
}
