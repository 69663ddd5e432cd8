import { decodeRecord } from '@patterns/shared/contract/decodeRecord.ts'
import { outcomes } from '@patterns/shared/contract/patternEvent.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SoughtEvents } from '../eventLog.ts'
import { isSought } from '../isSought.ts'
import { eventAt, idAt, toAppend } from '../testing/newEvents.ts'
import { createSegmentsFixture, longAgo } from '../testing/segmentsFixture.ts'
import { outcomeCode, patternHash } from './segmentIndex.ts'

const fixture = createSegmentsFixture()

const patternIds = [1, 2, 3].map(idAt)

/** What a producer sends of a use, a minute after the one before. */
const valueOf = (facets: { patternId: string; outcome: string; isTest: boolean }, offset: number) => ({
  event_id: idAt(offset),
  type: 'pattern.used',
  schema_version: 1,
  pattern_id: facets.patternId,
  occurred_at: new Date(longAgo + offset * 60_000).toISOString(),
  outcome: facets.outcome,
  ...(facets.isTest && { test: true }),
})

const used = fc.record({
  patternId: fc.constantFrom(...patternIds),
  outcome: fc.constantFrom(...outcomes),
  isTest: fc.boolean(),
})
type Used = typeof used extends fc.Arbitrary<infer Value> ? Value : never

/** A shard with a segment for each batch of uses, appended long ago. */
const givenUses = async (...batches: readonly (readonly Used[])[]) => {
  const shard = await fixture.newShard(0)
  for (const batch of batches) {
    const expected = (await fixture.log.head(shard))!
    const events = batch.map((facets, i) => {
      const offset = expected.nextSourceOffset + i
      const value = Buffer.from(JSON.stringify(valueOf(facets, offset)))
      const event = decodeRecord({ position: 0, eventId: idAt(offset), value, headers: undefined })
      return { ...eventAt(offset, { event, value }), occurredAt: event.occurredAt }
    })
    expect(await fixture.log.append({ shard, expected, ...toAppend({ events }) })).toMatchObject({ ok: true })
  }
  await fixture.pool.query('update event_log_segments set appended_at = $2 where shard = $1', [
    shard,
    new Date(longAgo),
  ])
  return shard
}

/** Makes segments of a shard as they were before they said anything of their events. */
const forgetIndex = (shard: number, firstPositions: readonly number[]) =>
  fixture.pool.query(
    `update event_log_segments set pattern_hashes = null, outcomes = null
     where shard = $1 and first_position = any($2::int8[])`,
    [shard, firstPositions],
  )

const findIn = (shard: number, last: number, sought: Omit<SoughtEvents, 'span'>, span = {}) =>
  fixture.log.positionsOf(shard, last === 0 ? [] : [{ first: 1, last }], { ...sought, span })

describe('the positions of a pattern', () => {
  it('are found in segments that say nothing of their events as well, before and after they are merged', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.array(used, { minLength: 1, maxLength: 5 }), fc.boolean()), { maxLength: 8 }),
        fc.record({
          patternId: fc.constantFrom(...patternIds),
          outcome: fc.constantFrom(undefined, ...outcomes),
        }),
        async (drawn, sought) => {
          const shard = await givenUses(...drawn.map(([batch]) => batch))
          const all = drawn.flatMap(([batch]) => batch)
          let first = 1
          const unindexed = drawn.flatMap(([batch, isOld]) => {
            first += batch.length
            return isOld ? [first - batch.length] : []
          })
          await forgetIndex(shard, unindexed)
          const expected = all.flatMap((use, i) => (isSought(use, 0, { ...sought, span: {} }) ? [i + 1] : []))
          expect(await findIn(shard, all.length, sought)).toEqual(expected)
          await fixture.compact(shard)
          expect((await fixture.sizesOf(shard)).length).toBeLessThanOrEqual(1)
          expect(await findIn(shard, all.length, sought)).toEqual(expected)
        },
      ),
      { numRuns: 20 },
    )
  })

  it('are not looked for in segments of another time', async () => {
    const [patternId] = patternIds as [string]
    const use = { patternId, outcome: 'success', isTest: false } as const
    const shard = await givenUses([use, use], [use, use], [use, use])
    const minute = 60_000
    for (const old of [[], [1], [1, 3, 5]]) {
      await forgetIndex(shard, old)
      const span = { from: longAgo + 2 * minute, to: longAgo + 4 * minute }
      expect(await findIn(shard, 6, { patternId }, span)).toEqual([3, 4])
      expect(await findIn(shard, 6, { patternId }, { to: longAgo })).toEqual([])
    }
  })

  it('may be those of another pattern with the same hash, which no segment can tell apart', async () => {
    const use = { outcome: 'success', isTest: false } as const
    // Both have the same words, in another order.
    const alike = ['0197a3b4-0000-7000-8000-000000000001', '8000a3b4-0000-7000-0197-000000000001']
    const hashes = alike.map(patternHash)
    expect(hashes[0]).toBe(hashes[1])
    const shard = await givenUses(alike.map((patternId) => ({ ...use, patternId })))
    expect(await findIn(shard, 2, { patternId: alike[0]! })).toEqual([1, 2])
  })

  it('are not told of a log that has a hole there', async () => {
    const [patternId] = patternIds as [string]
    const use = { patternId, outcome: 'success', isTest: false } as const
    const shard = await givenUses([use], [use, use], [use])
    await fixture.pool.query('delete from event_log_segments where shard = $1 and first_position = 2', [
      shard,
    ])
    await expect(findIn(shard, 4, { patternId })).rejects.toMatchObject({
      name: 'MissingPositionsError',
      missing: { first: 2, last: 3 },
    })
    expect(await fixture.log.positionsOf(shard, [{ first: 4, last: 4 }], { patternId, span: {} })).toEqual([
      4,
    ])
  })
})

describe('what a segment says of its events', () => {
  it('keeps its meaning: codes of outcomes, and no pattern with the hash of test events', () => {
    expect(outcomes.map(outcomeCode)).toEqual([1, 2, 3, 4])
    expect(patternHash('00000000-0000-0000-0000-000000000000')).not.toBe(0)
    // The words of this one cancel each other out.
    expect(patternHash('00000001-0000-0001-8000-000080000000')).not.toBe(0)
  })
})
