import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestDatabase } from '@patterns/testing/database.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { from, goodLines, plain } from './testing/sampleEvents.ts'
import { createPublishedLog, type PublishedLog } from './testing/publishedLog.ts'
import { type CliResult, runCli, runInShell } from './testing/runCli.ts'
import { runCliInProcess } from './testing/runCliInProcess.ts'

const firstId = (JSON.parse(goodLines[0]!) as { event_id: string }).event_id

let log: PublishedLog
let folder: string
let database: TestDatabase
let env: PublishedLog['env']

/** As a process, as people run it. */
const cli = (...args: readonly string[]): Promise<CliResult> => runCli(args, { env })
/** The same in this process: faster, for what does not depend on being one. */
const cliInProcess = (...args: readonly string[]): Promise<CliResult> => runCliInProcess(args, { env })
const linesOf = (text: string): string[] => text.split('\n').filter((line) => line !== '')
const sorted = (lines: readonly string[]): string[] => lines.toSorted()

beforeAll(async () => {
  log = await createPublishedLog()
  ;({ folder, database, env } = log)
})
afterAll(() => log?.stop())

describe('publish', () => {
  test('--test prints how long an event took to the windows', async () => {
    const result = await cli('publish', '--test', '--json')
    expect(result).toMatchObject({ code: 0, stderr: '' })
    const figures = JSON.parse(result.stdout) as { latency_ms: number; pattern_id: string }
    expect(figures.latency_ms).toBeLessThan(10_000)
    const { rows } = await database.pool.query(
      `select from pattern_windows_v1_hour where pattern_id = $1
       union all select from pattern_catalogue_v1 where pattern_id = $1`,
      [figures.pattern_id],
    )
    expect(rows).toEqual([])
  })
})

describe('log export', () => {
  test("prints every event once, in the producer's own bytes", async () => {
    const { code, stdout, stderr } = await cli('log', 'export', '--to', '2026-05-01')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(sorted(linesOf(stdout))).toEqual(sorted(goodLines))
  })

  test('prints them by shard and position, and says so with --with-position', async () => {
    const { stdout } = await cli('log', 'export', '--with-position')
    const places = linesOf(stdout).map((line) => JSON.parse(line) as { shard: number; position: number })
    expect(places).toEqual(places.toSorted((a, b) => a.shard - b.shard || a.position - b.position))
    for (const shard of new Set(places.map((place) => place.shard))) {
      const positions = places.filter((place) => place.shard === shard).map(({ position }) => position)
      expect(positions).toEqual(positions.map((_, at) => at + 1))
    }
  })

  test('filters by time and pattern', async () => {
    const pattern = plain[0]!.key
    const [start, end] = [from + 86_400_000, from + 2 * 86_400_000]
    const span = ['--from', new Date(start).toISOString(), '--to', '2026-04-03']
    const [inSpan, ofPattern] = await Promise.all([
      cli('log', 'export', ...span),
      cli('log', 'export', '--pattern-id', pattern.toUpperCase(), '--to', '2026-05-01'),
    ])
    const expected = plain.filter(({ timestamp }) => timestamp >= start && timestamp < end)
    expect(sorted(linesOf(inSpan.stdout))).toEqual(sorted(expected.map(({ value }) => value)))
    const own = plain.filter(({ key }) => key === pattern).map(({ value }) => value)
    expect(linesOf(ofPattern.stdout)).toEqual(own)
  })

  test('says so if it has no event of a pattern, but not if none is of the span', async () => {
    const unknown = '019b76da-a800-7aa8-a644-db89d2718d0e'
    expect(await cliInProcess('log', 'export', '--pattern-id', unknown)).toEqual({
      code: 1,
      stdout: '',
      stderr: `error: The log has no event of the pattern ${unknown}\n`,
    })
    expect(await cliInProcess('log', 'export', '--pattern-id', plain[0]!.key, '--to', '2020-01-01')).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    })
  })

  test('ends in peace when its reader has enough', async () => {
    const result = await runInShell('$CLI log export | head -1; echo "${PIPESTATUS[0]}" >&2', env)
    expect(linesOf(result.stdout)).toHaveLength(1)
    expect(result.stderr).toBe('0\n')
  })

  test('can be published again, and is then the same log', async () => {
    const again = { ...env, KAFKA_TOPIC: 'again' }
    const result = await runInShell(
      '$CLI log export --to 2026-05-01 > "$DATA_DIR/export" && $CLI publish --json < "$DATA_DIR/export"',
      again,
    )
    expect(JSON.parse(result.stdout)).toMatchObject({ published: goodLines.length, refused: 0 })
  })
})

describe('log verify', () => {
  test('accounts for every message', async () => {
    const result = await cliInProcess('log', 'verify', '--json')
    expect(result).toMatchObject({ code: 0, stderr: '' })
    const { ok, shards } = JSON.parse(result.stdout) as { ok: boolean; shards: Record<string, number>[] }
    const total = (name: string): number => shards.reduce((sum, shard) => sum + shard[name]!, 0)
    expect(ok).toBe(true)
    expect(total('duplicates')).toBe(2)
    expect(total('dead_lettered')).toBe(2)
    expect(total('appended')).toBeGreaterThanOrEqual(goodLines.length)
  })

  test('prints a table for people', async () => {
    const { stdout } = await cliInProcess('log', 'verify', '--shard', '0')
    expect(stdout).toMatch(/^shard {2}offsets/)
    expect(stdout).toMatch(/\n {4}0 {2}\[0, \d+\).+ok\n$/)
  })

  test('names the first offset that is not accounted for', async () => {
    const { rows } = await database.pool.query<{ shard: number; source_offset: string }>(
      `delete from dead_letters where reason = 'id_conflict' returning *`,
    )
    const { shard, source_offset } = rows[0]!
    const result = await cliInProcess('log', 'verify')
    await database.pool.query(
      `insert into dead_letters select * from jsonb_populate_record(null::dead_letters, $1)`,
      [JSON.stringify(await asJsonRow(rows[0]!))],
    )
    expect(result.code).toBe(1)
    expect(result.stdout).toContain('2 broken')
    expect(result.stdout).toContain(`${shard}:${source_offset} the head says 0 offsets without a record`)
  })

  test('names the positions that the log has lost, and looks at what comes behind them', async () => {
    const { rows } = await database.pool.query<{ shard: number; last: string }>(
      `select shard, max(position)::text as last from event_log_shards where position > 0 group by 1 limit 1`,
    )
    const { shard, last } = rows[0]!
    await database.pool.query(`create table lost as select * from event_log_segments where shard = ${shard}`)
    await database.pool.query(`delete from event_log_segments where shard = ${shard}`)
    const result = await cliInProcess('log', 'verify')
    await database.pool.query('insert into event_log_segments select * from lost; drop table lost')
    expect(result.code).toBe(1)
    expect(result.stdout).toContain(`positions 1 to ${last} are missing at the end`)
    expect(await cliInProcess('log', 'verify')).toMatchObject({ code: 0 })
  })
})

/** A row of dead_letters as Postgres reads it from JSON. */
const asJsonRow = async (row: Record<string, unknown>): Promise<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      value instanceof Buffer ? `\\x${value.toString('hex')}` : value,
    ]),
  )

describe('dead-letters', () => {
  test('lists them with their place, reason and fault', async () => {
    const { code, stdout } = await cliInProcess('dead-letters', 'list')
    expect(code).toBe(0)
    expect(stdout).toMatch(/not_json/)
    expect(stdout).toMatch(/id_conflict/)
    expect(stdout).toContain('2 of 2, newest first')
  })

  test('filters and limits', async () => {
    const result = await cliInProcess(
      'dead-letters',
      'list',
      '--reason',
      'not_json',
      '--limit',
      '1',
      '--json',
    )
    expect(JSON.parse(result.stdout)).toMatchObject({ total: 1, dead_letters: [{ reason: 'not_json' }] })
  })

  test('shows one, byte for byte', async () => {
    const { stdout } = await cliInProcess('dead-letters', 'list', '--reason', 'not_json', '--json')
    const [letter] = (JSON.parse(stdout) as { dead_letters: { shard: number; source_offset: number }[] })
      .dead_letters
    const place = `${letter!.shard}:${letter!.source_offset}`
    const [raw, shown, json] = await Promise.all([
      cliInProcess('dead-letters', 'show', place, '--raw'),
      cliInProcess('dead-letters', 'show', place),
      cliInProcess('dead-letters', 'show', place, '--json'),
    ])
    expect(raw.stdout).toBe('{"event_id":')
    expect(shown.stdout).toContain('reason    not_json')
    expect(JSON.parse(json.stdout)).toMatchObject({ value: '{"event_id":', key: null })
  })

  test('says if there is none', async () => {
    const result = await cliInProcess('dead-letters', 'show', '0:999999')
    expect(result).toEqual({ code: 1, stdout: '', stderr: 'error: There is no dead letter at 0:999999\n' })
  })
})

describe('log search', () => {
  test('finds what was appended, repeated and in conflict', async () => {
    const result = await cliInProcess('log', 'search', '--event-id', firstId.toUpperCase(), '--json')
    expect(result).toMatchObject({ code: 0, stderr: '' })
    const { occurrences } = JSON.parse(result.stdout) as {
      occurrences: { became: string; position: number }[]
    }
    expect(occurrences.map(({ became }) => became)).toEqual([
      'appended',
      'duplicate',
      'dead letter (id_conflict)',
    ])
    expect(occurrences[1]!.position).toBe(occurrences[0]!.position)
  })

  test('says when there is nothing', async () => {
    const id = '019b76da-a800-7aa8-a644-db89d2718d0e'
    const result = await cliInProcess('log', 'search', '--event-id', id)
    expect(result).toMatchObject({ code: 1, stdout: `No message of the log has the id ${id}.\n` })
  })
})

test('without DATABASE_URL the embedded database of a running npm start is used', async () => {
  await writeFile(join(folder, 'postgres.url'), `${database.url}\n`)
  const result = await runCli(['log', 'verify', '--json'], { env: { DATA_DIR: folder } })
  expect(result).toMatchObject({ code: 0, stderr: '' })
  expect((JSON.parse(result.stdout) as { shards: unknown[] }).shards.length).toBeGreaterThan(0)
})

test('shards adopt changes nothing if nothing is lost', async () => {
  const result = await cliInProcess('shards', 'adopt', '--shard', '0', '--yes')
  expect(result).toMatchObject({ code: 0, stdout: expect.stringContaining('needs nothing') })
})
