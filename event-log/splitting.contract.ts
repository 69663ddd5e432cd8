import { describe, expect, it } from 'vitest'
import type { LogRecord } from './eventLog.ts'
import { events, idsOf, type LogFixture, readAll } from './testing/logFixture.ts'
import { duplicateAt, eventAt, idAt, toAppend } from './testing/newEvents.ts'

let patterns = 0
/** A pattern that no other test uses. */
const newPattern = (): string => `0197a3b4-0000-4000-8000-${(++patterns).toString(16).padStart(12, '0')}`

let ids = 0x10_0000
/** The event at an offset, with an id that no other test claims. */
const freshAt = (offset: number, id = idAt(++ids)) => eventAt(offset, { id })

/** The whole log of a shard. */
const everywhere = async (_: number, position: number) =>
  position === 0 ? [] : [{ first: 1, last: position }]
const every = (): boolean => true
const none = (): boolean => false

/** How every event log tells patterns that lie in one shard from those in several, and claims the ids of the latter. */
export const splittingContract = (fixture: LogFixture): void => {
  const { given, newShard } = fixture

  describe('registering patterns', () => {
    it('makes the first shard that asks their home', async () => {
      const [one, other] = [await given(0), await given(0)]
      const [first, second] = [newPattern(), newPattern()]
      const home = await fixture.log.registerPatterns(one.shard, [second, first])
      expect(home).toEqual(
        new Map([
          [first, 'here'],
          [second, 'here'],
        ]),
      )
      const third = newPattern()
      expect(await fixture.connect().registerPatterns(other.shard, [first, third])).toEqual(
        new Map([
          [first, 'elsewhere'],
          [third, 'here'],
        ]),
      )
      expect(await fixture.log.registerPatterns(one.shard, [first, third])).toEqual(
        new Map([
          [first, 'here'],
          [third, 'elsewhere'],
        ]),
      )
    })

    it('by many at once, in any order, gives each one home', async () => {
      const shards = [newShard(), newShard(), newShard(), newShard()]
      const asked = Array.from({ length: 20 }, newPattern)
      const answers = await Promise.all(
        shards.map((shard, i) =>
          fixture.connect().registerPatterns(shard, i % 2 === 0 ? asked : asked.toReversed()),
        ),
      )
      for (const pattern of asked)
        expect(answers.filter((answer) => answer.get(pattern) === 'here')).toHaveLength(1)
    })
  })

  describe('splitting patterns', () => {
    it('claims the ids of their events, and of no others', async () => {
      const pattern = newPattern()
      const logged = [freshAt(0), freshAt(1), freshAt(2), freshAt(3)]
      const { shard } = await given(
        0,
        toAppend({ events: logged.slice(0, 3) }),
        toAppend({ events: logged.slice(3) }),
      )
      await fixture.log.registerPatterns(shard, [pattern])
      const isTheirs = ({ sourceOffset }: LogRecord): boolean => sourceOffset % 2 === 1
      await fixture.log.splitPatterns([pattern], isTheirs, everywhere)
      expect(await fixture.log.registerPatterns(shard, [pattern])).toEqual(new Map([[pattern, 'split']]))
      expect(await fixture.connect().findClaims(logged.map(({ eventId }) => eventId))).toEqual(
        new Map([
          [logged[1]!.eventId, { shard, position: 2 }],
          [logged[3]!.eventId, { shard, position: 4 }],
        ]),
      )
    })

    it('looks only where it is told, and at what comes meanwhile', async () => {
      const pattern = newPattern()
      const logged = [freshAt(0), freshAt(1), freshAt(2)]
      const { shard } = await given(0, toAppend({ events: logged }))
      await fixture.log.registerPatterns(shard, [pattern])
      await fixture.log.splitPatterns([pattern], every, async () => [{ first: 2, last: 3 }])
      const claimed = await fixture.log.findClaims(logged.map(({ eventId }) => eventId))
      expect([...claimed.keys()].toSorted()).toEqual([logged[1]!.eventId, logged[2]!.eventId])
    })

    it('fences the owner of their home, who goes on once it knows', async () => {
      const pattern = newPattern()
      const { shard, head } = await given(0, toAppend({ events: [freshAt(0)] }))
      const bystander = await given(0)
      await fixture.log.registerPatterns(shard, [pattern])
      await fixture.log.splitPatterns([pattern], every, everywhere)
      const batch = toAppend({ events: [freshAt(1)] })
      expect(await fixture.log.append({ shard, expected: head, ...batch })).toEqual({
        ok: false,
        reason: 'fenced',
      })
      expect(await fixture.log.head(shard)).toMatchObject({ ...head, splits: 1 })
      const knowing = { ...head, splits: 1 }
      expect(await fixture.log.append({ shard, expected: knowing, ...batch })).toMatchObject({
        ok: true,
        head: { position: 2, nextSourceOffset: 2, splits: 1 },
      })
      expect(
        await fixture.log.append({ shard: bystander.shard, expected: bystander.head, ...events(0) }),
      ).toMatchObject({
        ok: true,
      })
    })

    it('that are split changes nothing', async () => {
      const pattern = newPattern()
      const event = freshAt(0)
      const { shard } = await given(0, toAppend({ events: [event] }))
      await fixture.log.registerPatterns(shard, [pattern])
      await fixture.log.splitPatterns([pattern], none, everywhere)
      await fixture.log.splitPatterns([pattern], every, everywhere)
      expect(await fixture.log.head(shard)).toMatchObject({ splits: 1 })
      expect(await fixture.log.findClaims([event.eventId])).toEqual(new Map())
    })

    it('at once by many splits them once, while their home goes on', async () => {
      const pattern = newPattern()
      const { shard, head } = await given(0, toAppend({ events: [freshAt(0)] }))
      await fixture.log.registerPatterns(shard, [pattern])
      const append = async () => {
        let expected = head
        const appended: string[] = []
        for (let offset = 1; offset <= 20; offset++) {
          const event = freshAt(offset)
          const result = await fixture.log.append({ shard, expected, ...toAppend({ events: [event] }) })
          if (!result.ok) break
          expected = result.head
          appended.push(event.eventId)
        }
        return appended
      }
      const [appended] = await Promise.all([
        append(),
        ...Array.from({ length: 4 }, () => fixture.connect().splitPatterns([pattern], every, everywhere)),
      ])
      const inLog = (await idsOf(fixture.log, shard, 1_000_000)).map(({ id }) => id)
      expect(inLog.slice(1)).toEqual(appended)
      // None slipped in between: what is in the log is claimed.
      expect((await fixture.log.findClaims(inLog)).size).toBe(inLog.length)
      expect(await fixture.log.head(shard)).toMatchObject({ splits: 1 })
    })
  })

  describe('an append that claims ids', () => {
    const claim = ({ eventId }: { eventId: string }, position: number) => ({ eventId, position })

    it('has them from then on', async () => {
      const [first, second] = [freshAt(0), freshAt(1)]
      const { shard } = await given(0, toAppend({ events: [first, second], claims: [claim(second, 2)] }))
      expect(await fixture.log.findClaims([first.eventId, second.eventId])).toEqual(
        new Map([[second.eventId, { shard, position: 2 }]]),
      )
    })

    it('writes nothing if another has one of them', async () => {
      const event = freshAt(0)
      await given(0, toAppend({ events: [event], claims: [claim(event, 1)] }))
      const other = await given(0)
      const before = await fixture.log.head(other.shard)
      const late = freshAt(0, event.eventId)
      const own = freshAt(1)
      const batch = toAppend({
        events: [own, late],
        duplicates: [duplicateAt(2, 1)],
        claims: [claim(own, 1), claim(late, 2)],
      })
      expect(await fixture.log.append({ shard: other.shard, expected: other.head, ...batch })).toEqual({
        ok: false,
        reason: 'claimed',
      })
      expect(await fixture.log.head(other.shard)).toEqual(before)
      expect(await readAll(fixture.log, other.shard)).toEqual([])
      expect(await fixture.log.findClaims([own.eventId])).toEqual(new Map())
    })

    it('claims none if it is fenced', async () => {
      const event = freshAt(0)
      const { shard, head } = await given(0)
      const stale = { ...head, position: 1 }
      const batch = toAppend({ events: [event], claims: [claim(event, 2)] })
      expect(await fixture.log.append({ shard, expected: stale, ...batch })).toEqual({
        ok: false,
        reason: 'fenced',
      })
      expect(await fixture.log.findClaims([event.eventId])).toEqual(new Map())
    })

    it('of many that claim the same ids in any order, one at a time succeeds', async () => {
      const wanted = Array.from({ length: 50 }, () => idAt(++ids))
      const shards = await Promise.all(Array.from({ length: 6 }, () => given(0)))
      const results = await Promise.all(
        shards.map(({ shard, head }, i) => {
          const order = i % 2 === 0 ? wanted : wanted.toReversed()
          const made = order.map((id, offset) => freshAt(offset, id))
          const claims = made.map((event, at) => claim(event, at + 1))
          return fixture.connect().append({ shard, expected: head, ...toAppend({ events: made, claims }) })
        }),
      )
      expect(results.filter(({ ok }) => ok)).toHaveLength(1)
      expect(results.filter((result) => !result.ok && result.reason === 'claimed')).toHaveLength(5)
    })
  })

  it('counts the events whose key is another than their pattern', async () => {
    const { shard } = await given(
      0,
      toAppend({ events: [freshAt(0), freshAt(1)], keyMismatches: 2 }),
      toAppend({ events: [freshAt(2)], keyMismatches: 1 }),
    )
    expect(await fixture.log.head(shard)).toMatchObject({ keyMismatches: 3 })
  })
}
