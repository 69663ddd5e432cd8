import { windowMs } from '@patterns/projections/window.ts'
import type { PatternEvent } from '@patterns/shared/contract/patternEvent.ts'
import { createPool } from '@patterns/shared/postgres/pool.ts'
import { createTestDatabase, type TestDatabase } from '@patterns/testing/database.ts'
import fc from 'fast-check'
import type pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { ProjectableEvent } from '../project/projector.ts'
import { createSteppedClock } from '../testing/steppedClock.ts'
import { computeLines, ownShard, readLines, readTrendsCheckpoint, used } from '../testing/trendsFixture.ts'

let database: TestDatabase
let pool: pg.Pool
let shards = 0

beforeAll(async () => {
  database = await createTestDatabase()
  pool = createPool({
    connectionString: database.url,
    applicationName: 'test',
    pipeline: true,
    onIdleError: () => {},
  })
})
afterAll(async () => {
  await pool.end()
  await database.drop()
})

const { hour, day } = windowMs
/** A Sunday evening, so that a few hours reach into another day and week. */
const start = Date.UTC(2026, 0, 4, 20, 40)

const patternIds = [
  '0197a3b4-0000-7000-8000-000000000001',
  '0197a3b4-0000-7000-8000-000000000002',
  'ffffffff-ffff-4fff-bfff-ffffffffffff',
]

/** How long before it is projected an event occurred: now, an hour that may be closed, days, months. */
const ages = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: -10 * 60_000, max: 2 * hour }) },
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 26 * hour }) },
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 40 * day }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 100 * day }) },
)
const optional = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined })

const events: fc.Arbitrary<{ patternId: string; age: number; rest: Partial<PatternEvent> }> = fc.record({
  patternId: fc.constantFrom(...patternIds),
  age: ages,
  rest: fc.record({
    outcome: fc.constantFrom('success', 'partial_success', 'failure', 'error'),
    qualityMillionths: optional(fc.nat({ max: 1_000_000 })),
    executionTimeMs: optional(fc.nat({ max: 86_400_000 })),
  }),
})

const steps = fc.array(
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant('project' as const),
        events: fc.array(events, { maxLength: 40, size: 'max' }),
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('second' as const) }) },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('time' as const),
        by: fc.oneof(fc.integer({ min: 0, max: 3 * hour }), fc.integer({ min: 0, max: 9 * day })),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('setBack' as const), by: fc.nat({ max: 2 * day }) }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('crash' as const, 'takeover' as const) }) },
  ),
  { minLength: 2, maxLength: 14, size: 'max' },
)

/**
 * Whatever happens between: late events, patterns that are first seen in the middle of a range, windows that
 * close, a clock that is set back, crashes before a round, and takeovers.
 */
it('lines are those that are computed from the windows at request time, to the bit', async () => {
  await fc.assert(
    fc.asyncProperty(steps, fc.constantFrom(0, 60, 400_000), async (all, maxWindows) => {
      const shard = ++shards
      const clock = createSteppedClock(start)
      const log: ProjectableEvent[] = []
      const own = () => ownShard({ pool, shard, clock, log, maxWindows })
      let owned = await own()
      for (const step of all) {
        if (step.kind === 'project') {
          const taken = step.events.map(({ patternId, age, rest }) =>
            used(patternId, clock.now() - age, rest),
          )
          log.push(...taken)
          await owned.project(taken)
        } else if (step.kind === 'second') {
          clock.step(1_000)
          await owned.trends.settled()
        } else if (step.kind === 'time') {
          clock.set(clock.now() + step.by)
        } else if (step.kind === 'setBack') {
          clock.set(clock.now() - step.by)
        } else {
          if (step.kind === 'crash') owned.close()
          const before = owned
          owned = await own()
          before.close()
          await before.trends.settled()
        }
      }
      clock.step(1_000)
      await owned.trends.settled()
      owned.close()
      expect(owned.trends.state()).toMatchObject({ status: 'running', reason: undefined })
      expect((await readTrendsCheckpoint(pool, shard)).position).toBe(log.length)
      const stored = await readLines(pool, shard)
      const computed = [...(await computeLines(pool, shard, clock.now()))]
      expect(Object.fromEntries(stored)).toEqual(
        Object.fromEntries(computed.filter(([key, { points }]) => points !== 0 || stored.has(key))),
      )
    }),
    { numRuns: 40 },
  )
}, 120_000)
