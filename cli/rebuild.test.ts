import { patternEvents } from '@patterns/generator/events.ts'
import { everyWindow } from '@patterns/testing/everyWindow.ts'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createCliFixture, type CliFixture } from './testing/cliFixture.ts'
import { startProcessor, untilProjected } from './testing/startProcessor.ts'

const from = Date.UTC(2026, 3, 1)
const lines = [
  ...patternEvents({ seed: 'rebuild', from, to: from + 86_400_000, eventsPerSecond: 0.002 }),
].map(({ value }) => value)

let fixture: CliFixture

/** All lines but the last ten are counted, and no processor runs. */
beforeEach(async () => {
  fixture = await createCliFixture()
  await fixture.publish(lines.slice(0, -10))
  await fixture.process(lines.length - 10)
})
afterEach(() => fixture.end())

/** Every row that is counted, as text. */
const counted = async (): Promise<string[]> => {
  const { rows } = await fixture.database.pool.query<{ row: string }>(
    `select to_jsonb(w)::text as row from (${everyWindow('windows')}) w
     union all select to_jsonb(w)::text from (${everyWindow('totals')}) w
     union all select to_jsonb(c)::text from pattern_catalogue_v1 c order by 1`,
  )
  return rows.map(({ row }) => row)
}

const untilStopped = (expected: Record<string, unknown>): Promise<void> =>
  vi.waitFor(
    async () => {
      const { rows } = await fixture.database.pool.query('select reason, message, command from shard_stops')
      expect(rows).toEqual([expect.objectContaining(expected)])
    },
    { timeout: 25_000, interval: 20 },
  )

const untilGoingOn = (): Promise<void> =>
  vi.waitFor(
    async () => {
      const { rowCount } = await fixture.database.pool.query('select from shard_stops')
      expect(rowCount).toBe(0)
    },
    { timeout: 25_000, interval: 20 },
  )

describe('a shard', () => {
  test('whose checkpoint was set back counts nothing twice, and goes on once it is rebuilt', async () => {
    const before = await counted()
    await fixture.database.pool.query('update projection_checkpoints set position = position - 3')
    const processor = await startProcessor(fixture.env)
    await untilStopped({
      reason: 'projection_ahead',
      message: expect.stringMatching(/up to position \d+, but their checkpoint stands at \d+:/),
      command: 'npm run cli -- projections rebuild --shard 0',
    })
    await fixture.publish(lines.slice(-10))
    expect(await counted()).toEqual(before)
    expect(await fixture.cli('projections', 'rebuild', '--shard', '0')).toMatchObject({ code: 2 })
    expect(await counted()).toEqual(before)
    expect(await fixture.cli('projections', 'rebuild', '--shard', '0', '--yes')).toMatchObject({
      code: 0,
      stderr: '',
    })
    await untilProjected(fixture.database.pool, lines.length)
    await untilGoingOn()
    const after = await counted()
    // An owner that runs, and has nothing else to do, counts from the beginning as well.
    expect(await fixture.cli('projections', 'rebuild', '--shard', '0', '--yes')).toMatchObject({ code: 0 })
    await untilProjected(fixture.database.pool, lines.length)
    expect(await counted()).toEqual(after)
    await processor.stop()
  })

  test('whose log was set back is not counted on, and is as if nothing had been once it is rebuilt', async () => {
    const before = await counted()
    await fixture.database.pool.query(
      `with lost as (
         delete from event_log_segments where (shard, first_position) in
           (select shard, max(first_position) from event_log_segments group by shard) returning *
       )
       update event_log_shards as head
       set position = lost.first_position - 1, next_source_offset = lost.first_source_offset
       from lost where lost.shard = head.shard`,
    )
    await fixture.database.pool.query(
      'update event_log_shards set duplicates = 0, dead_lettered = 0, not_records = 0',
    )
    await fixture.database.pool.query('truncate dead_letters, duplicates')
    const processor = await startProcessor(fixture.env)
    await untilStopped({
      reason: 'projection_ahead',
      message: expect.stringMatching(/up to position \d+, but their log ends at \d+:/),
    })
    expect(await fixture.cli('projections', 'rebuild', '--shard', '0', '--yes')).toMatchObject({ code: 0 })
    await untilProjected(fixture.database.pool, lines.length - 10)
    expect(await counted()).toEqual(before)
    await processor.stop()
  })

  test('whose log has a hole stops with the positions that are missing, and goes on once they are back', async () => {
    await fixture.publish(lines.slice(-10))
    await fixture.database.pool.query('create table kept as select * from event_log_segments')
    await fixture.database.pool.query('truncate event_log_segments')
    const processor = await startProcessor(fixture.env)
    await untilStopped({
      reason: 'missing_positions',
      message: expect.stringContaining('no events at positions 1 to '),
      command: 'npm run cli -- log verify --shard 0',
    })
    const before = await counted()
    await fixture.database.pool.query('insert into event_log_segments select * from kept')
    await untilProjected(fixture.database.pool, lines.length)
    await untilGoingOn()
    expect((await counted()).length).toBeGreaterThanOrEqual(before.length)
    expect(await fixture.cli('log', 'verify')).toMatchObject({ code: 0 })
    await processor.stop()
  })
})
