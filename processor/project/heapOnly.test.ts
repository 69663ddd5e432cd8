import { randomBytes } from 'node:crypto'
import type { PatternEvent } from '@patterns/shared/contract/patternEvent.ts'
import type pg from 'pg'
import { describe, expect, it, vi } from 'vitest'
import { createProjectorFixture } from '../testing/projectorFixture.ts'

const fixture = createProjectorFixture()
const { newShard, open } = fixture

const began = Date.UTC(2026, 0, 7, 9)
const patternOf = (n: number): string => `0197a3b4-0000-7000-8000-${n.toString(16).padStart(12, '0')}`

const eventOf = (i: number, event: Partial<PatternEvent>): PatternEvent => ({
  eventId: `0197a3b4-5c6d-7e8f-9012-${i.toString(16).padStart(12, '0')}`,
  type: 'pattern.used',
  patternId: patternOf(i % 20),
  occurredAt: began + i * 10,
  patternName: undefined,
  patternType: undefined,
  outcome: 'success',
  qualityMillionths: 500_000 + i,
  executionTimeMs: i,
  registration: undefined,
  isTest: false,
  ...event,
})

interface Updates {
  readonly table: string
  readonly all: number
  readonly heapOnly: number
}

/** What Postgres counted of this database since it was made, once it has counted that many flushes. */
const updates = (pool: pg.Pool, flushes: number): Promise<Updates[]> =>
  vi.waitFor(
    async () => {
      const { rows } = await pool.query<Updates>(
        `select relname as table, n_tup_upd as all, n_tup_hot_upd as "heapOnly" from pg_stat_user_tables
         where relname ~ '_windows_v1_|^pattern_catalogue_v1$|^projection_checkpoints$' order by 1`,
      )
      for (const { table, all } of rows)
        if (all < flushes) throw new Error(`${table} is said to have ${all} updates of ${flushes}`)
      return rows
    },
    { timeout: 20_000, interval: 100 },
  )

describe('a flush', () => {
  it('updates rows where they are on their page, and no index', async () => {
    const flushes = 200
    const shard = newShard()
    const projector = await open(shard)
    for (let flush = 0; flush <= flushes; flush++) {
      const events = Array.from({ length: 20 }, (_, i) => eventOf(flush * 20 + i, {}))
      await projector.take(
        events.map((event) => ({ event, recordedAt: event.occurredAt })),
        0,
      )
      await projector.flush()
    }
    const counted = await updates(fixture.pool, flushes)
    expect(counted.map(({ table }) => table)).toHaveLength(8)
    // Nearly all of them, unless something else looks at the tables meanwhile; with an index on what changes, none.
    expect(counted.filter(({ all, heapOnly }) => heapOnly / all < 0.5)).toEqual([])
  })

  it('does not write again what a registration said and no event has changed since', async () => {
    const shard = newShard()
    const projector = await open(shard)
    const send = async (i: number, event: Partial<PatternEvent>) => {
      const whole = eventOf(i, { patternId: patternOf(99), ...event })
      await projector.take([{ event: whole, recordedAt: whole.occurredAt }], 0)
      await projector.flush()
    }
    const stored = async () => {
      const { rows } = await fixture.pool.query<{ chunk: string; said: unknown; last_seen: Date }>(
        `select pg_column_toast_chunk_id(said) as chunk, said, last_seen from pattern_catalogue_v1 where shard = $1`,
        [shard],
      )
      return rows[0]!
    }
    const description = randomBytes(4_000).toString('base64')
    const registration = { description, tags: ['a'], nodeType: undefined }
    await send(0, { type: 'pattern.registered', outcome: undefined, registration })
    const registered = await stored()
    expect(registered.chunk).not.toBeNull()
    await send(1, {})
    await send(2, { type: 'pattern.quality_assessed', outcome: undefined })
    expect(await stored()).toEqual({ ...registered, last_seen: new Date(began + 20) })
    await send(3, {
      type: 'pattern.registered',
      outcome: undefined,
      registration: { description: undefined, tags: ['b'], nodeType: undefined },
    })
    expect(await stored()).toMatchObject({
      said: { description: { value: description }, tags: { value: ['b'] }, nodeType: null },
    })
  })
})
