import type { PatternEvent } from '@patterns/shared/contract/patternEvent.ts'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createStandingsFixture } from '../testing/standingsFixture.ts'
import { readStandingsCheckpoint } from '../testing/storedStandings.ts'
import { refreshStandings } from './refreshStandings.ts'

const fixture = createStandingsFixture()

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
/** A Sunday evening, so that a few hours reach into another day and week. */
const start = Date.UTC(2026, 0, 4, 20, 40)
const shards = [0, 1, 2]

/** How long before it is projected an event occurred: soon, now, an hour that may be closed, days, months, years. */
const ages = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: -3 * hour, max: 3 * hour }) },
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 50 * hour }) },
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 190 * day }) },
  // At the very edges of the ranges.
  {
    weight: 2,
    arbitrary: fc
      .tuple(
        fc.constantFrom(0, 1, 2, 7, 14, 30, 60, 90, 180),
        fc.integer({ min: -3, max: 3 }),
        fc.integer({ min: -1, max: 1 }),
      )
      .map(([days, hours, edge]) => days * day + hours * hour + 40 * minute + edge),
  },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 3_000 * day }) },
)
const optional = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined })
const names = fc.constantFrom('Retry', 'CIRCUIT Breaker', 'İstanbul ÄÖẞ', 'naming')
const types = fc.constantFrom('resilience', 'crud')

/** Patterns that were used long ago as well, and some that are new, of which one is never used. */
const whoAndWhen = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      patternId: fc.constantFrom(
        '0197a3b4-0000-7000-8000-000000000001',
        '0197a3b4-0000-7000-8000-000000000002',
        'ffffffff-ffff-4fff-bfff-ffffffffffff',
      ),
      age: ages,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      patternId: fc.constantFrom(
        '0197a3b4-0000-7000-8000-000000000003',
        '0197a3b4-0000-7000-8000-000000000004',
      ),
      age: fc.integer({ min: -3 * hour, max: 3 * hour }),
    }),
  },
)
const unused = fc.record({
  patternId: fc.constant('0197a3b4-0000-7000-8000-000000000005'),
  age: fc.integer({ min: -3 * hour, max: 3 * hour }),
})

const said = fc.record({
  eventId: fc.uuid(),
  isTest: fc.nat({ max: 19 }).map((number) => number === 0),
  patternName: optional(names),
  patternType: optional(types),
  registration: fc.constant(undefined),
})
type Drawn = Omit<PatternEvent, 'occurredAt'> & { readonly age: number }
const used = fc.record({
  type: fc.constant('pattern.used' as const),
  outcome: fc.constantFrom('success' as const, 'partial_success', 'failure', 'error'),
  qualityMillionths: optional(fc.nat({ max: 1_000_000 })),
  executionTimeMs: optional(fc.nat({ max: 86_400_000 })),
})
const notUsed = fc.record({
  type: fc.constantFrom('pattern.registered' as const, 'pattern.quality_assessed' as const),
  outcome: fc.constant(undefined),
  qualityMillionths: optional(fc.nat({ max: 1_000_000 })),
  executionTimeMs: fc.constant(undefined),
})
const drawn: fc.Arbitrary<Drawn> = fc
  .oneof(
    { weight: 6, arbitrary: fc.tuple(said, whoAndWhen, used) },
    { weight: 1, arbitrary: fc.tuple(said, whoAndWhen, notUsed) },
    { weight: 1, arbitrary: fc.tuple(said, unused, notUsed) },
  )
  .map(([what, who, how]) => ({ ...what, ...who, ...how }))

const events = fc.array(drawn, { maxLength: 20, size: 'max' })
const shardOf = fc.constantFrom(...shards)
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('project' as const), shard: shardOf, events }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('projectMeanwhile' as const), shard: shardOf, events }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('refreshTwice' as const) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('time' as const),
      by: fc.oneof(
        { weight: 3, arbitrary: fc.nat({ max: 2 * hour }) },
        { weight: 5, arbitrary: fc.nat({ max: 7 * hour }) },
        { weight: 2, arbitrary: fc.nat({ max: day }) },
        { weight: 1, arbitrary: fc.nat({ max: 9 * day }) },
        { weight: 1, arbitrary: fc.integer({ min: -90 * minute, max: 0 }) },
        { weight: 1, arbitrary: fc.integer({ min: -3 * day, max: 0 }) },
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('rebuild' as const), shard: shardOf }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const), shard: shardOf }) },
)
/** Mostly what there is to do is little, since the standings are refreshed in between. */
const steps = fc.array(fc.record({ step, isRefreshed: fc.nat({ max: 3 }).map((number) => number > 0) }), {
  minLength: 2,
  maxLength: 14,
  size: 'max',
})

/** The hour that standings take for closed: as the clock has it, but not back by an hour or less. */
const expectedHour = (before: number | undefined, now: number): number => {
  const byClock = Math.floor((now - hour) / hour) * hour
  if (before === undefined || byClock >= before) return byClock
  return before - (now - hour) <= hour ? before : byClock
}

/**
 * Whatever happens between: late events, patterns that are new or said to be called otherwise, patterns in several shards,
 * shards that come later, hours and days that close, a clock that is set back, shards that are counted again, flushes while a
 * refresh is under way, two processors at a time.
 */
it('every standing is what a recount of the events says that its checkpoint accounts for', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (all) => {
      await fixture.clear()
      const { pool } = fixture
      let now = start
      let closedUntil: number | undefined

      const append = (shard: number, sent: readonly Drawn[]): Promise<void> =>
        fixture.append(
          shard,
          sent.map(({ age, ...event }) => ({ ...event, occurredAt: now - age })),
        )
      const expectRecount = async (): Promise<void> => {
        const checkpoint = await readStandingsCheckpoint(pool)
        if (checkpoint !== undefined) closedUntil = expectedHour(closedUntil, now)
        expect(checkpoint?.closedUntil).toBe(closedUntil)
        await fixture.expectRecount()
      }
      const refresh = async (): Promise<void> => {
        await refreshStandings(pool, now)
        await expectRecount()
        const { vector } = (await readStandingsCheckpoint(pool)) ?? { vector: [] }
        expect([...vector]).toEqual(fixture.projected())
        expect((await refreshStandings(pool, now)).outcome).toBe('current')
      }

      const take = async (taken: (typeof all)[number]['step']): Promise<void> => {
        if (taken.kind === 'project') await append(taken.shard, taken.events)
        else if (taken.kind === 'projectMeanwhile') {
          await refreshStandings(pool, now)
          await Promise.all([append(taken.shard, taken.events), refreshStandings(pool, now)])
          await expectRecount()
        } else if (taken.kind === 'refreshTwice') {
          await Promise.all([refreshStandings(pool, now), refreshStandings(pool, now)])
          await expectRecount()
        } else if (taken.kind === 'time') now += taken.by
        else if (taken.kind === 'restart') await fixture.restart(taken.shard)
        else {
          await fixture.rebuild(taken.shard, Math.floor(fixture.logLength(taken.shard) / 2))
          closedUntil = undefined
          await refresh()
          await fixture.catchUp(taken.shard)
        }
      }
      for (const { step: taken, isRefreshed } of all) {
        await take(taken)
        if (isRefreshed) await refresh()
      }
      await refresh()
    }),
    { numRuns: 20 },
  )
}, 120_000)
