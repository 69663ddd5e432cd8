import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { outcomes } from '@patterns/shared/contract/patternEvent.ts'
import type { LogRecord, NewEvent } from './eventLog.ts'
import { isSought } from './isSought.ts'
import { events, idsOf, type LogFixture, readAll } from './testing/logFixture.ts'
import { drawnBatches, eventAt, idAt, toAppend } from './testing/newEvents.ts'

const asRecord = ({ eventId, message }: NewEvent, position: number): LogRecord => ({
  position,
  sourceOffset: message.offset,
  recordedAt: message.timestamp,
  eventId,
  value: message.value!,
  headers: undefined,
})

/** What every event log gives to its readers, from wherever they ask. */
export const readingContract = (fixture: LogFixture): void => {
  const { newShard, given } = fixture

  describe('reading', () => {
    it('gives, from any position, the events after it in order; by offset and by id alike', async () => {
      await fc.assert(
        fc.asyncProperty(drawnBatches, async (batches) => {
          const { shard } = await given(100, ...batches)
          const all = batches.flatMap((batch) => batch.events).map((event, i) => asRecord(event, i + 1))
          const end = batches.at(-1)?.nextSourceOffset ?? 100
          for (let after = 0; after <= all.length + 1; after++) {
            expect(await readAll(fixture.log, shard, after)).toEqual(all.slice(after))
          }
          for (let offset = 99; offset <= end + 1; offset++) {
            const before = all.filter((record) => record.sourceOffset < offset).length
            expect(await fixture.log.positionBefore(shard, offset)).toBe(before)
          }
          for (let count = 0; count <= all.length + 1; count++) {
            const recent = all.slice(Math.max(0, all.length - count))
            expect(await idsOf(fixture.log, shard, count)).toEqual(
              recent.map(({ position, eventId }) => ({ position, id: eventId })),
            )
          }
        }),
        { numRuns: 10 },
      )
    })

    it('finds every event of a span of time in the ranges that may hold some', async () => {
      const { shard } = await given(0, events(0, 1, 2), events(3, 4), events(5))
      const { occurredAt: first } = eventAt(0)
      for (const span of [{}, { from: first + 4 }, { to: first + 3 }, { from: first + 2, to: first + 4 }]) {
        const ranges = await fixture.log.rangesOf(shard, span)
        const found: number[] = []
        for await (const page of fixture.log.readRanges(shard, ranges))
          found.push(...page.map(({ sourceOffset }) => first + sourceOffset))
        const wanted = [0, 1, 2, 3, 4, 5]
          .map((offset) => first + offset)
          .filter((time) => time >= (span.from ?? first) && time < (span.to ?? Infinity))
        expect(found).toEqual(expect.arrayContaining(wanted))
        expect(found).toEqual(found.toSorted((a, b) => a - b))
      }
      expect(await fixture.log.rangesOf(newShard(), {})).toEqual([])
    })

    it('gives what one large batch held', async () => {
      const offsets = Array.from({ length: 2_500 }, (_, i) => i)
      const { shard } = await given(0, events(...offsets))
      expect((await readAll(fixture.log, shard, 1_234)).map((record) => record.sourceOffset)).toEqual(
        offsets.slice(1_234),
      )
      const ids = offsets.map((offset) => ({ position: offset + 1, id: idAt(offset) }))
      expect(await idsOf(fixture.log, shard, 2_001)).toEqual(ids.slice(-2_001))
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
              for await (const page of fixture.log.readRanges(shard, ranges)) found.push(...page)
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
      for await (const page of fixture.log.readRanges(shard, ranges))
        found.push(...page.map(({ position }) => position))
      expect(found).toEqual(ranges.flatMap(({ first, last }) => [first, last]))
    })

    it('finds where the events of a pattern lie, of one outcome and of a time, and no test events', async () => {
      const patternIds = [1, 2].map(idAt)
      const facets = fc.record({
        patternId: fc.constantFrom(...patternIds),
        outcome: fc.constantFrom(undefined, ...outcomes),
        isTest: fc.boolean(),
      })
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.array(facets, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 5 }),
          fc.array(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.nat({ max: 9 })), { maxLength: 4 }),
          fc.record({
            patternId: fc.constantFrom(...patternIds),
            outcome: fc.constantFrom(undefined, ...outcomes),
            span: fc.record({ from: fc.nat({ max: 20 }), to: fc.nat({ max: 40 }) }, { requiredKeys: [] }),
          }),
          async (drawn, drawnRanges, { span, ...wanted }) => {
            let offset = 0
            const batches = drawn.map((batch) =>
              toAppend({ events: batch.map((event) => eventAt(offset++, { event })) }),
            )
            const { shard } = await given(0, ...batches)
            const all = batches.flatMap(({ events: ofBatch }) => ofBatch)
            let end = 0
            const ranges = drawnRanges.flatMap(([gap, length]) => {
              const first = end + gap
              end = Math.min(first + length, all.length)
              return first > all.length ? [] : [{ first, last: end }]
            })
            const began = eventAt(0).occurredAt
            const times = Object.fromEntries(Object.entries(span).map(([key, after]) => [key, began + after]))
            const found = await fixture.log.positionsOf(shard, ranges, { ...wanted, span: times })
            const within = (sought: Parameters<typeof isSought>[2]) =>
              ranges.flatMap(({ first, last }) =>
                all
                  .slice(first - 1, last)
                  .flatMap(({ event, occurredAt }, i) =>
                    isSought(event, occurredAt, sought) ? [first + i] : [],
                  ),
              )
            expect(found).toEqual(expect.arrayContaining(within({ ...wanted, span: times })))
            // An adapter may look at whole batches for the time.
            expect(within({ ...wanted, span: {} })).toEqual(expect.arrayContaining(found))
            expect(found).toEqual([...new Set(found)].toSorted((a, b) => a - b))
          },
        ),
        { numRuns: 40 },
      )
      expect(await fixture.log.positionsOf(newShard(), [], { patternId: idAt(1), span: {} })).toEqual([])
    })

    it('goes on to what was appended while it read', async () => {
      const { shard, head } = await given(0, events(0))
      const seen: number[] = []
      for await (const page of fixture.log.read(shard, 0)) {
        seen.push(...page.map((record) => record.position))
        if (seen.length === 1) await fixture.log.append({ shard, expected: head, ...events(1, 2) })
      }
      expect(seen).toEqual([1, 2, 3])
    })

    it('can be left at any page', async () => {
      const { shard } = await given(0, events(0), events(1), events(2))
      for await (const [first] of fixture.log.read(shard, 1)) {
        expect(first?.position).toBe(2)
        break
      }
      expect(await readAll(fixture.log, shard)).toHaveLength(3)
    })

    it('finds nothing in a shard that was never opened', async () => {
      const shard = newShard()
      expect(await readAll(fixture.log, shard)).toEqual([])
      expect(await idsOf(fixture.log, shard, 10)).toEqual([])
      expect(await fixture.log.positionBefore(shard, 10)).toBe(0)
      for await (const page of fixture.log.readRanges(shard, [{ first: 1, last: 9 }]))
        expect(page).toEqual([])
    })
  })
}
