import { randomBytes } from 'node:crypto'
import type pg from 'pg'
import { describe, expect, it } from 'vitest'
import { readAll } from '../testing/logFixture.ts'
import { eventAt, toAppend } from '../testing/newEvents.ts'
import { divideBatch } from './divideBatch.ts'
import { createPostgresEventLog } from './postgresEventLog.ts'
import { createSegmentsFixture } from '../testing/segmentsFixture.ts'

const fixture = createSegmentsFixture()
const mebibyte = 1024 * 1024

const batchOf = (count: number, valueOf: (i: number) => Buffer) =>
  toAppend({ events: Array.from({ length: count }, (_, i) => eventAt(i, { value: valueOf(i) })) })

const small = Buffer.from('{}')

describe('the events of a batch', () => {
  it.each([
    ['none make no segment', 0, () => small, []],
    ['a few make one', 10, () => small, [10]],
    ['many make one of each 4,096', 10_000, () => small, [4_096, 4_096, 1_808]],
    ['large ones make one of each 2 MiB', 40, () => Buffer.alloc(100 * 1024), [20, 20]],
    ['larger ones than a segment should hold make one each', 3, () => Buffer.alloc(3 * mebibyte), [1, 1, 1]],
  ] as const)('%s', (_what, count, valueOf, sizes) => {
    const { events } = batchOf(count, valueOf)
    const parts = divideBatch(events)
    expect(parts.map((part) => part.length)).toEqual(sizes)
    expect(parts.flat()).toEqual(events)
  })
})

describe('a large batch', () => {
  it('is several segments of one transaction, each with its own range, times and watermark', async () => {
    const shard = await fixture.newShard(0)
    const expected = (await fixture.log.head(shard))!
    const batch = batchOf(9_000, () => small)
    const result = await fixture.log.append({ shard, expected, ...batch })
    const lastTime = (position: number) => batch.events[position - 1]!.occurredAt
    expect(result).toMatchObject({ ok: true, head: { position: 9_000, watermark: lastTime(9_000) } })
    const { rows } = await fixture.pool.query(
      `select first_position, event_count, first_source_offset, last_source_offset, max_occurred_at, watermark,
         length(event_ids) as id_bytes, appended_at = (select appended_at from event_log_shards where shard = $1) as at_once
       from event_log_segments where shard = $1 order by first_position`,
      [shard],
    )
    expect(rows).toEqual(
      [
        [1, 4_096],
        [4_097, 4_096],
        [8_193, 808],
      ].map(([first, count]) => ({
        first_position: first,
        event_count: count,
        first_source_offset: first! - 1,
        last_source_offset: first! + count! - 2,
        max_occurred_at: new Date(lastTime(first! + count! - 1)),
        watermark: new Date(lastTime(first! + count! - 1)),
        id_bytes: count! * 16,
        at_once: true,
      })),
    )
    const records = await readAll(fixture.log, shard)
    expect(records.map(({ eventId }) => eventId)).toEqual(batch.events.map(({ eventId }) => eventId))
    expect(await fixture.log.append({ shard, expected, ...batch })).toEqual({ ok: false, reason: 'fenced' })
    expect(await fixture.sizesOf(shard)).toEqual([4_096, 4_096, 808])
  })

  it('is read some megabytes at a time, whatever is asked for', async () => {
    const shard = await fixture.newShard(0)
    const expected = (await fixture.log.head(shard))!
    const batch = batchOf(48, () => randomBytes(mebibyte / 4))
    expect(await fixture.log.append({ shard, expected, ...batch })).toMatchObject({ ok: true })
    const answered: number[] = []
    const watched = {
      async query(config: pg.QueryConfig) {
        const result = await fixture.pool.query<{ payload?: Buffer }>(config)
        answered.push(result.rows.reduce((sum, { payload }) => sum + (payload?.length ?? 0), 0))
        return result
      },
    } as unknown as pg.Pool
    const log = createPostgresEventLog({ pool: watched })
    const values = batch.events.map(({ message }) => message.value)
    expect((await readAll(log, shard)).map(({ value }) => value)).toEqual(values)
    const inRange: Buffer[] = []
    for await (const page of log.readRanges(shard, [{ first: 1, last: 48 }]))
      inRange.push(...page.map(({ value }) => value))
    expect(inRange).toEqual(values)
    expect(Math.max(...answered)).toBeGreaterThan(3 * mebibyte)
    expect(Math.max(...answered)).toBeLessThan(7 * mebibyte)
  })
})
