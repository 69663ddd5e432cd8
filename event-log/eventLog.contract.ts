import { uuidFromBytes } from '@patterns/shared/contract/uuid.ts'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Append, EventLog, LogRecord, NewEvent, ShardHead } from './eventLog.ts'
import { deadLetterAt, drawnBatches, duplicateAt, eventAt, idAt, toAppend } from './newEvents.ts'

/** A store that event logs can be made on. */
export interface LogStore {
  /** A log on the store: called again, what a process finds after a restart. */
  connect(): EventLog
  close(): Promise<void>
}

const readAll = async (log: EventLog, shard: number, afterPosition = 0): Promise<LogRecord[]> => {
  const records: LogRecord[] = []
  for await (const page of log.read(shard, afterPosition)) records.push(...page)
  return records
}

const idsOf = async (log: EventLog, shard: number, count: number) => {
  const ids: { position: number; id: string }[] = []
  for await (const page of log.recentIds(shard, count)) {
    for (let i = 0; i * 16 < page.ids.length; i++) {
      ids.push({ position: page.firstPosition + i, id: uuidFromBytes(page.ids, i * 16) })
    }
  }
  return ids
}

const asRecord = ({ eventId, message }: NewEvent, position: number): LogRecord => ({
  position,
  sourceOffset: message.offset,
  recordedAt: message.timestamp,
  eventId,
  value: message.value!,
  headers: undefined,
})

/** What every adapter of the event log must do, whatever it is built on. */
export const describeEventLog = (name: string, start: () => Promise<LogStore>): void => {
  describe(`the event log in ${name}`, () => {
    let store: LogStore
    let log: EventLog
    let shards = 0
    const newShard = (): number => ++shards

    beforeAll(async () => {
      store = await start()
      log = store.connect()
    })
    afterAll(() => store.close())

    const given = async (firstSourceOffset: number, ...batches: Omit<Append, 'shard' | 'expected'>[]) => {
      const shard = newShard()
      let head: Pick<ShardHead, 'position' | 'nextSourceOffset'> = await log.open(shard, firstSourceOffset)
      for (const batch of batches) {
        const result = await log.append({ shard, expected: head, ...batch })
        expect.assert(result.ok)
        head = result.head
      }
      return { shard, head }
    }
    const events = (...offsets: number[]) => toAppend({ events: offsets.map((offset) => eventAt(offset)) })

    describe('opening a shard', () => {
      it('begins it at a source offset, empty', async () => {
        const shard = newShard()
        expect(await log.head(shard)).toBeUndefined()
        const opened = await log.open(shard, 42)
        expect(opened).toEqual({
          position: 0,
          firstSourceOffset: 42,
          nextSourceOffset: 42,
          sourceBase: 0,
          topicId: null,
          duplicates: 0,
          deadLettered: 0,
          notRecords: 0,
        })
        expect(await log.head(shard)).toEqual(opened)
        expect(await readAll(log, shard)).toEqual([])
        expect(await idsOf(log, shard, 10)).toEqual([])
        expect(await log.positionBefore(shard, 100)).toBe(0)
      })

      it('that is open already keeps its head', async () => {
        const { shard } = await given(5, events(5, 6))
        const head = await log.head(shard)
        expect(await log.open(shard, 0)).toEqual(head)
        expect(await log.open(shard, 999)).toEqual(head)
        expect(await log.head(shard)).toEqual(head)
      })

      it('twice at once begins it once', async () => {
        const shard = newShard()
        const opened = await Promise.all([log.open(shard, 1), log.open(shard, 2)])
        expect(opened[0]).toEqual(opened[1])
      })

      it('remembers which topic its source offsets are of', async () => {
        const { shard, head } = await given(5, events(5, 6))
        await log.nameTopic(shard, 'one')
        await log.nameTopic(shard, 'other')
        expect(await store.connect().head(shard)).toMatchObject({ ...head, topicId: 'other' })
      })

      it('lists it among the shards, in order', async () => {
        const { shard } = await given(0)
        const listed = await log.shards()
        expect(listed).toContain(shard)
        expect(listed).toEqual(listed.toSorted((a, b) => a - b))
      })
    })

    describe('appending', () => {
      it('gives events the positions that follow, without gaps, and moves the head', async () => {
        const { shard, head } = await given(10, events(10, 11, 13), events(14))
        expect(head).toEqual({ position: 4, nextSourceOffset: 15 })
        expect(await log.head(shard)).toMatchObject({ ...head, firstSourceOffset: 10, notRecords: 1 })
        const records = await readAll(log, shard)
        expect(records.map(({ position, sourceOffset }) => [position, sourceOffset])).toEqual([
          [1, 10],
          [2, 11],
          [3, 13],
          [4, 14],
        ])
      })

      it.each([
        ['nothing but offsets that were no records', toAppend({ nextSourceOffset: 7 })],
        ['nothing at all', toAppend({ nextSourceOffset: 0 })],
        ['nothing but dead letters', toAppend({ deadLetters: [deadLetterAt(0), deadLetterAt(3)] })],
        ['nothing but duplicates', toAppend({ duplicates: [duplicateAt(0, 1), duplicateAt(1, 1)] })],
      ])('%s changes no position', async (_what, batch) => {
        const { shard, head } = await given(0, batch)
        expect(head).toEqual({ position: 0, nextSourceOffset: batch.nextSourceOffset })
        expect(await readAll(log, shard)).toEqual([])
        const next = await log.append({ shard, expected: head, ...events(head.nextSourceOffset) })
        expect(next).toEqual({
          ok: true,
          head: { position: 1, nextSourceOffset: head.nextSourceOffset + 1 },
        })
      })

      it('keeps shards apart', async () => {
        const one = await given(0, events(0, 1))
        const other = await given(0, events(0))
        expect(await readAll(log, one.shard)).toHaveLength(2)
        expect(await readAll(log, other.shard)).toHaveLength(1)
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
        const { shard } = await given(
          0,
          toAppend({ events: values.map((value, i) => eventAt(i, { value })) }),
        )
        const kept = (await readAll(log, shard)).map((record) => record.value)
        expect(kept.map((value, i) => value.equals(values[i]!))).toEqual(values.map(() => true))
      })

      it("keeps the headers of a CloudEvent, and no other message's", async () => {
        const cloudEvent = { ce_specversion: Buffer.from('1.0'), ce_id: 'ü\n"', trace: 'x' }
        const structured = { 'content-type': [Buffer.from('application/cloudevents+json')] }
        const plain = { 'content-type': 'application/json', trace: 'x' }
        const headers = [cloudEvent, plain, undefined, structured, {}]
        const batch = toAppend({ events: headers.map((its, i) => eventAt(i, { headers: its })) })
        const { shard } = await given(0, batch)
        expect((await readAll(log, shard)).map((record) => record.headers)).toEqual([
          { ce_specversion: '1.0', ce_id: 'ü\n"' },
          undefined,
          undefined,
          { 'content-type': 'application/cloudevents+json' },
          undefined,
        ])
      })

      it("keeps the broker's times, also where they step back or are unknown", async () => {
        const times = [Date.UTC(2026, 0, 1), 0, -1, Date.UTC(9999, 0, 1), 1, 1]
        const batch = toAppend({ events: times.map((timestamp, i) => eventAt(i, { timestamp })) })
        const { shard } = await given(0, batch)
        expect((await readAll(log, shard)).map((record) => record.recordedAt)).toEqual(times)
      })

      it('accounts for every offset: an event, a duplicate, a dead letter, or no record', async () => {
        await fc.assert(
          fc.asyncProperty(drawnBatches, async (batches) => {
            const { shard } = await given(100, ...batches)
            const { position, duplicates, deadLettered, notRecords, ...offsets } = (await log.head(shard))!
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

    describe('a writer whose head is stale', () => {
      it.each([
        ['a position behind', { position: 1, nextSourceOffset: 2 }],
        ['a position ahead', { position: 3, nextSourceOffset: 2 }],
        ['an offset behind', { position: 2, nextSourceOffset: 1 }],
        ['an offset ahead', { position: 2, nextSourceOffset: 3 }],
      ])('by %s changes nothing', async (_how, expected) => {
        const { shard } = await given(0, events(0, 1))
        const before = await log.head(shard)
        const batch = toAppend({
          events: [eventAt(2)],
          deadLetters: [deadLetterAt(3)],
          duplicates: [duplicateAt(4, 1)],
        })
        expect(await log.append({ shard, expected, ...batch })).toEqual({ ok: false, reason: 'fenced' })
        expect(await log.head(shard)).toEqual(before)
        expect(await readAll(log, shard)).toHaveLength(2)
      })

      it('cannot append to a shard that was never opened', async () => {
        const shard = newShard()
        const expected = { position: 0, nextSourceOffset: 0 }
        expect(await log.append({ shard, expected, ...events(0) })).toEqual({ ok: false, reason: 'fenced' })
        expect(await log.head(shard)).toBeUndefined()
      })

      it('loses to the first of those who write at once, and nothing of it is kept', async () => {
        const { shard, head } = await given(0, events(0))
        const writers = Array.from({ length: 6 }, () => store.connect())
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
        const records = await readAll(log, shard)
        expect(records.map((record) => record.eventId)).toEqual([idAt(0), idAt(1_000 + winner)])
      })

      it('appends the same batch once, however often it tries', async () => {
        const { shard, head } = await given(0)
        const first = await log.append({ shard, expected: head, ...events(0, 1) })
        const second = await log.append({ shard, expected: head, ...events(0, 1) })
        expect([first.ok, second.ok]).toEqual([true, false])
        expect(await readAll(log, shard)).toHaveLength(2)
      })
    })

    describe('reading', () => {
      it('gives, from any position, the events after it in order; by offset and by id alike', async () => {
        await fc.assert(
          fc.asyncProperty(drawnBatches, async (batches) => {
            const { shard } = await given(100, ...batches)
            const all = batches.flatMap((batch) => batch.events).map((event, i) => asRecord(event, i + 1))
            const end = batches.at(-1)?.nextSourceOffset ?? 100
            for (let after = 0; after <= all.length + 1; after++) {
              expect(await readAll(log, shard, after)).toEqual(all.slice(after))
            }
            for (let offset = 99; offset <= end + 1; offset++) {
              const before = all.filter((record) => record.sourceOffset < offset).length
              expect(await log.positionBefore(shard, offset)).toBe(before)
            }
            for (let count = 0; count <= all.length + 1; count++) {
              const recent = all.slice(Math.max(0, all.length - count))
              expect(await idsOf(log, shard, count)).toEqual(
                recent.map(({ position, eventId }) => ({ position, id: eventId })),
              )
            }
          }),
          { numRuns: 10 },
        )
      })

      it('gives what one large batch held', async () => {
        const offsets = Array.from({ length: 2_500 }, (_, i) => i)
        const { shard } = await given(0, events(...offsets))
        expect((await readAll(log, shard, 1_234)).map((record) => record.sourceOffset)).toEqual(
          offsets.slice(1_234),
        )
        const ids = offsets.map((offset) => ({ position: offset + 1, id: idAt(offset) }))
        expect(await idsOf(log, shard, 2_001)).toEqual(ids.slice(-2_001))
      })

      it('gives the events in some ranges of positions, whatever batches they came in', async () => {
        await fc.assert(
          fc.asyncProperty(
            drawnBatches,
            fc.array(fc.tuple(fc.integer({ min: 1, max: 6 }), fc.nat({ max: 5 })), { maxLength: 4 }),
            async (batches, drawn) => {
              const { shard } = await given(100, ...batches)
              const all = batches.flatMap((batch) => batch.events).map((event, i) => asRecord(event, i + 1))
              let end = 0
              const ranges = drawn.map(([gap, length]) => {
                const first = end + gap
                end = first + length
                return { first, last: end }
              })
              // Twice, as an adapter may keep what it read.
              for (const _ of ['first', 'again']) {
                const found: LogRecord[] = []
                for await (const page of log.readRanges(shard, ranges)) found.push(...page)
                expect(found).toEqual(ranges.flatMap(({ first, last }) => all.slice(first - 1, last)))
              }
            },
          ),
          { numRuns: 25 },
        )
      })

      it('gives many ranges of one batch, and none twice', async () => {
        const { shard } = await given(0, events(...Array.from({ length: 200 }, (_, i) => i)))
        const ranges = Array.from({ length: 50 }, (_, i) => ({ first: 4 * i + 1, last: 4 * i + 2 }))
        const found: number[] = []
        for await (const page of log.readRanges(shard, ranges))
          found.push(...page.map(({ position }) => position))
        expect(found).toEqual(ranges.flatMap(({ first, last }) => [first, last]))
      })

      it('goes on to what was appended while it read', async () => {
        const { shard, head } = await given(0, events(0))
        const seen: number[] = []
        for await (const page of log.read(shard, 0)) {
          seen.push(...page.map((record) => record.position))
          if (seen.length === 1) await log.append({ shard, expected: head, ...events(1, 2) })
        }
        expect(seen).toEqual([1, 2, 3])
      })

      it('can be left at any page', async () => {
        const { shard } = await given(0, events(0), events(1), events(2))
        for await (const [first] of log.read(shard, 1)) {
          expect(first?.position).toBe(2)
          break
        }
        expect(await readAll(log, shard)).toHaveLength(3)
      })

      it('finds nothing in a shard that was never opened', async () => {
        const shard = newShard()
        expect(await readAll(log, shard)).toEqual([])
        expect(await idsOf(log, shard, 10)).toEqual([])
        expect(await log.positionBefore(shard, 10)).toBe(0)
        for await (const page of log.readRanges(shard, [{ first: 1, last: 9 }])) expect(page).toEqual([])
      })
    })

    describe('after a restart', () => {
      it('everything is there, and appending goes on', async () => {
        const { shard, head } = await given(0, events(0, 1), toAppend({ deadLetters: [deadLetterAt(2)] }))
        const restarted = store.connect()
        expect(await restarted.head(shard)).toEqual(await log.head(shard))
        expect(await restarted.open(shard, 0)).toMatchObject(head)
        expect(await readAll(restarted, shard)).toEqual(await readAll(log, shard))
        const result = await restarted.append({ shard, expected: head, ...events(3) })
        expect(result).toEqual({ ok: true, head: { position: 3, nextSourceOffset: 4 } })
        expect(await readAll(restarted, shard)).toHaveLength(3)
      })

      it('the owner before it is fenced', async () => {
        const { shard, head } = await given(0, events(0))
        await store.connect().append({ shard, expected: head, ...events(1) })
        expect(await log.append({ shard, expected: head, ...events(1) })).toEqual({
          ok: false,
          reason: 'fenced',
        })
      })
    })
  })
}
