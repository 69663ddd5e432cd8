import { forgetShard } from '@patterns/read-model/writing/forgetShard.ts'
import type { PatternEvent } from '@patterns/shared/contract/patternEvent.ts'
import { createPool } from '@patterns/shared/postgres/pool.ts'
import { transaction } from '@patterns/shared/postgres/transaction.ts'
import { createTestDatabase, type TestDatabase } from '@patterns/testing/database.ts'
import fc from 'fast-check'
import type pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openProjector, type Projector } from '../project/projector.ts'
import { recountStandings } from '../testing/recountStandings.ts'
import { readStandings, readStandingsCheckpoint } from '../testing/storedStandings.ts'
import { refreshStandings } from './refreshStandings.ts'

let database: TestDatabase
let pool: pg.Pool

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

const said = {
  eventId: fc.uuid(),
  patternId: fc.constantFrom(
    '0197a3b4-0000-7000-8000-000000000001',
    '0197a3b4-0000-7000-8000-000000000002',
    '0197a3b4-0000-7000-8000-000000000003',
    'ffffffff-ffff-4fff-bfff-ffffffffffff',
  ),
  isTest: fc.nat({ max: 19 }).map((drawn) => drawn === 0),
  patternName: fc.option(names, { nil: undefined, freq: 1 }),
  patternType: optional(types),
  registration: fc.constant(undefined),
}
type Drawn = Omit<PatternEvent, 'occurredAt'> & { readonly age: number }
const drawn: fc.Arbitrary<Drawn> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      ...said,
      age: ages,
      type: fc.constant('pattern.used' as const),
      outcome: fc.constantFrom('success' as const, 'partial_success', 'failure', 'error'),
      qualityMillionths: optional(fc.nat({ max: 1_000_000 })),
      executionTimeMs: optional(fc.nat({ max: 86_400_000 })),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      ...said,
      age: ages,
      type: fc.constantFrom('pattern.registered' as const, 'pattern.quality_assessed' as const),
      outcome: fc.constant(undefined),
      qualityMillionths: optional(fc.nat({ max: 1_000_000 })),
      executionTimeMs: fc.constant(undefined),
    }),
  },
)

const events = fc.array(drawn, { maxLength: 25, size: 'max' })
const shardOf = fc.constantFrom(...shards)
const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('project' as const), shard: shardOf, events }) },
    { weight: 5, arbitrary: fc.record({ kind: fc.constant('refresh' as const) }) },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('refreshMeanwhile' as const), shard: shardOf, events }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('refreshTwice' as const) }) },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('time' as const),
        by: fc.oneof(
          fc.nat({ max: 2 * hour }),
          fc.nat({ max: 26 * hour }),
          fc.nat({ max: 9 * day }),
          fc.integer({ min: -90 * minute, max: 0 }),
          fc.integer({ min: -3 * day, max: 0 }),
        ),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('rebuild' as const), shard: shardOf }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const), shard: shardOf }) },
  ),
  { minLength: 2, maxLength: 16, size: 'max' },
)

/** What the hour is that standings take for closed: as the clock says, but not back for an hour or less. */
const expectedHour = (before: number | undefined, now: number): number => {
  const byClock = Math.floor((now - hour) / hour) * hour
  if (before === undefined || byClock >= before) return byClock
  return before - (now - hour) <= hour ? before : byClock
}

const clear = async (): Promise<void> => {
  const { rows } = await pool.query<{ name: string }>(
    `select relname as name from pg_class
     where relkind = 'r' and relname ~ '^(pattern|total|open|closed)_.*_v1|^projection_checkpoints$'`,
  )
  await pool.query(`truncate ${rows.map(({ name }) => name).join(', ')}`)
}

/**
 * Whatever happens between: late events, patterns that are new or said to be called otherwise, patterns in several shards,
 * shards that come later, hours and days that close, a clock that is set back, shards that are counted again, flushes while a
 * refresh is under way, two processors at a time.
 */
it('every standing is what a recount of the events says that its checkpoint accounts for', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (all) => {
      await clear()
      let now = start
      let closedUntil: number | undefined
      const logs = shards.map((): PatternEvent[] => [])
      const projectors: (Projector | undefined)[] = shards.map(() => undefined)

      const open = async (shard: number): Promise<Projector> =>
        (projectors[shard] ??= await openProjector({
          pool,
          checkpointKey: { projection: 'pattern_windows', version: 1, shard },
          flushIntervalMs: 1_000_000,
          now: () => 0,
          onFailure: () => {},
        }))
      const project = async (shard: number, taken: readonly PatternEvent[]): Promise<void> => {
        const projector = await open(shard)
        await projector.take(
          taken.map((event) => ({ event, recordedAt: event.occurredAt })),
          0,
        )
        await projector.flush()
      }
      const append = (shard: number, sent: readonly Drawn[]): Promise<void> => {
        const taken = sent.map(({ age, ...event }): PatternEvent => ({ ...event, occurredAt: now - age }))
        logs[shard]!.push(...taken)
        return project(shard, taken)
      }
      const expectRecount = async (): Promise<void> => {
        const checkpoint = await readStandingsCheckpoint(pool)
        const { vector } = checkpoint ?? { vector: new Map<number, number>() }
        const accounted = logs.flatMap((log, shard) => log.slice(0, vector.get(shard) ?? 0))
        if (checkpoint !== undefined) closedUntil = expectedHour(closedUntil, now)
        expect(checkpoint?.closedUntil).toBe(closedUntil)
        expect(await readStandings(pool)).toEqual(recountStandings(accounted, closedUntil ?? 0))
      }
      const windowsVector = () =>
        projectors.flatMap((projector, shard) =>
          projector === undefined ? [] : [[shard, projector.flushedPosition()] as const],
        )
      const refresh = async (): Promise<void> => {
        await refreshStandings(pool, now)
        await expectRecount()
        const { vector } = (await readStandingsCheckpoint(pool)) ?? { vector: new Map() }
        expect([...vector]).toEqual(windowsVector())
        expect((await refreshStandings(pool, now)).outcome).toBe('current')
      }

      for (const step of all) {
        if (step.kind === 'project') await append(step.shard, step.events)
        else if (step.kind === 'refresh') await refresh()
        else if (step.kind === 'refreshMeanwhile') {
          await refreshStandings(pool, now)
          await Promise.all([append(step.shard, step.events), refreshStandings(pool, now)])
          await expectRecount()
        } else if (step.kind === 'refreshTwice') {
          const both = await Promise.allSettled([refreshStandings(pool, now), refreshStandings(pool, now)])
          // Of two at a time one may find that the other was faster.
          for (const one of both)
            if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: '40001' })
          await refresh()
        } else if (step.kind === 'time') now += step.by
        else if (step.kind === 'restart') {
          projectors[step.shard]?.close()
          projectors[step.shard] = undefined
          await open(step.shard)
        } else {
          projectors[step.shard]?.close()
          projectors[step.shard] = undefined
          await transaction(pool, (client) => forgetShard(client, 1, step.shard))
          closedUntil = undefined
          const log = logs[step.shard]!
          const half = log.slice(0, Math.floor(log.length / 2))
          await project(step.shard, half)
          await refresh()
          await project(step.shard, log.slice(half.length))
        }
      }
      await refresh()
      for (const projector of projectors) projector?.close()
    }),
    { numRuns: 30 },
  )
}, 120_000)
