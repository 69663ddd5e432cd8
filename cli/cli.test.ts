import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type FaultKind, withFaults } from '@patterns/generator/faults.ts'
import { patternEvents } from '@patterns/generator/events.ts'
import { createTestDatabase, type TestDatabase } from '@patterns/testing/database.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type CliResult, runCli, runInShell } from './testing/runCli.ts'
import { runCliHere } from './testing/runCliHere.ts'
import { type RunningProcessor, startProcessor, untilProjected } from './testing/startProcessor.ts'

const from = Date.UTC(2026, 3, 1)
const plain = [...patternEvents({ seed: 'cli', from, to: from + 3 * 86_400_000, eventsPerSecond: 0.01 })]
const goodLines = plain.map(({ value }) => value)
const firstId = (JSON.parse(goodLines[0]!) as { event_id: string }).event_id

let folder: string
let database: TestDatabase
let processor: RunningProcessor
let env: Record<string, string>
let published: CliResult

/** As a process, as people run it. */
const cli = (...args: readonly string[]): Promise<CliResult> => runCli(args, { env })
/** The same in this process: faster, for what does not depend on being one. */
const cliHere = (...args: readonly string[]): Promise<CliResult> => runCliHere(args, { env })
const linesOf = (text: string): string[] => text.split('\n').filter((line) => line !== '')
const sorted = (lines: readonly string[]): string[] => lines.toSorted()

/** Good events with a faulty line after every hundred, and what was done to it. */
const withBadLines = (): string => {
  const bad = [
    '{"event_id":',
    '{"type":"pattern.used","schema_version":1}',
    goodLines[0]!.replace(/"type":"[^"]+"/, '"type":"pattern.forgotten"'),
    'rubbish',
    'null',
  ]
  return goodLines
    .flatMap((line, at) => (at % 100 === 99 ? [line, bad[((at / 100) % bad.length) | 0]!] : [line]))
    .join('\n')
}

const badCount = Math.floor(goodLines.length / 100)

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'patterns-cli-'))
  database = await createTestDatabase()
  env = { DATABASE_URL: database.url, DATA_DIR: folder }
  await writeFile(join(folder, 'events.ndjson'), withBadLines())
  // Created by the first publisher, so that the processor finds all of it.
  published = await runCli(['publish', '--file', join(folder, 'events.ndjson'), '--json'], { env })
  // Some that only --raw sends: dead letters, and duplicates of what is there.
  const raw = ['{"event_id":', goodLines[0]!, goodLines[1]!, goodLines[0]!.replace(/\}$/, ',"other":1}')]
  await runCli(['publish', '--raw'], { env, input: raw.join('\n') })
  processor = await startProcessor(env)
  await untilProjected(database.pool, goodLines.length + raw.length)
})

afterAll(async () => {
  await processor?.stop()
  await database?.drop()
  await rm(folder, { recursive: true, force: true })
})

describe('publish', () => {
  test('sends the good lines and reports each faulty one with its number, field and rule', () => {
    expect(published.code).toBe(1)
    expect(JSON.parse(published.stdout)).toMatchObject({
      lines: goodLines.length + badCount,
      published: goodLines.length,
      refused: badCount,
      undelivered: 0,
    })
    const file = join(folder, 'events.ndjson')
    expect(published.stderr).toContain(`${file}:101: `)
    expect(published.stderr).toMatch(/:202: event_id: .+ \(schema\)/)
    expect(published.stderr).toMatch(/:303: type: must be one of .+ \(schema\)/)
  })

  test('counts what went where', () => {
    const { partitions } = JSON.parse(published.stdout) as {
      partitions: Record<string, { count: number; last_offset: number }>
    }
    const counts = Object.values(partitions)
    expect(counts.reduce((sum, { count }) => sum + count, 0)).toBe(goodLines.length)
    // The topic was empty, so the last offset of each partition follows from its count.
    expect(counts.every(({ count, last_offset }) => last_offset === count - 1)).toBe(true)
  })

  test('only checks with --dry-run, and sends nothing with --strict where a line is faulty', async () => {
    const unsent = { env: { ...env, KAFKA_TOPIC: 'unsent' }, input: `${goodLines[0]}\nrubbish\n` }
    const [checked, strict] = await Promise.all([
      runCli(['publish', '--dry-run'], unsent),
      runCli(['publish', '--strict'], unsent),
    ])
    for (const result of [checked, strict]) {
      expect(result.code).toBe(1)
      expect(result.stdout).toContain('checked 2 events, 1 good; published none')
      expect(result.stderr).toMatch(/^standard input:2: .+ \(not_json\)\n$/)
    }
    await expect(readFile(join(folder, 'topic', 'unsent', '0.ndjson'))).rejects.toThrow('ENOENT')
  })

  test('sends all with --strict where no line is faulty, also from a pipe', async () => {
    const result = await runCli(['publish', '--strict', '--json'], {
      env: { ...env, KAFKA_TOPIC: 'strict' },
      input: goodLines.slice(0, 50).join('\n'),
    })
    expect(result).toMatchObject({ code: 0, stderr: '' })
    expect(JSON.parse(result.stdout)).toMatchObject({ published: 50, refused: 0 })
  })

  test('keeps to its rate', async () => {
    const input = goodLines.slice(0, 30).join('\n')
    const slow = { env: { ...env, KAFKA_TOPIC: 'slow' }, input }
    const result = await runCli(['publish', '--rate', '20', '--json'], slow)
    expect((JSON.parse(result.stdout) as { seconds: number }).seconds).toBeGreaterThan(1.4)
  })

  test('stops at Ctrl-C, sends what it has accepted, and says that it was interrupted', async () => {
    const input = goodLines.slice(0, 200).join('\n')
    const result = await runCli(['publish', '--rate', '20', '--json'], {
      env: { ...env, KAFKA_TOPIC: 'interrupted' },
      input,
      onStderr: (text, signal) => text.includes('a second') && signal('SIGINT'),
    })
    const report = JSON.parse(result.stdout) as { interrupted: boolean; published: number; lines: number }
    expect(result.code).toBe(1)
    expect(report.interrupted).toBe(true)
    expect(report.published).toBe(report.lines)
    expect(report.published).toBeLessThan(200)
  })

  test('--test prints how long an event took to the windows', async () => {
    const result = await cli('publish', '--test', '--json')
    expect(result).toMatchObject({ code: 0, stderr: '' })
    const figures = JSON.parse(result.stdout) as { latency_ms: number; pattern_id: string }
    expect(figures.latency_ms).toBeLessThan(10_000)
    const { rows } = await database.pool.query<{ uses: number }>(
      `select sum(uses)::int as uses from pattern_usage_stats where granularity = 'hour' and pattern_id = $1`,
      [figures.pattern_id],
    )
    expect(rows[0]!.uses).toBeGreaterThanOrEqual(1)
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
    const result = await cliHere('log', 'verify', '--json')
    expect(result).toMatchObject({ code: 0, stderr: '' })
    const { ok, shards } = JSON.parse(result.stdout) as { ok: boolean; shards: Record<string, number>[] }
    const total = (name: string): number => shards.reduce((sum, shard) => sum + shard[name]!, 0)
    expect(ok).toBe(true)
    expect(total('duplicates')).toBe(2)
    expect(total('dead_lettered')).toBe(2)
    expect(total('appended')).toBeGreaterThanOrEqual(goodLines.length)
  })

  test('prints a table for people', async () => {
    const { stdout } = await cliHere('log', 'verify', '--shard', '0')
    expect(stdout).toMatch(/^shard {2}offsets/)
    expect(stdout).toMatch(/\n {4}0 {2}\[0, \d+\).+ok\n$/)
  })

  test('names the first offset that is not accounted for', async () => {
    const { rows } = await database.pool.query<{ shard: number; source_offset: string }>(
      `delete from dead_letters where reason = 'id_conflict' returning *`,
    )
    const { shard, source_offset } = rows[0]!
    const result = await cliHere('log', 'verify')
    await database.pool.query(
      `insert into dead_letters select * from jsonb_populate_record(null::dead_letters, $1)`,
      [JSON.stringify(await asJsonRow(rows[0]!))],
    )
    expect(result.code).toBe(1)
    expect(result.stdout).toContain('2 broken')
    expect(result.stdout).toContain(`${shard}:${source_offset} the head says 0 offsets without a record`)
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
    const { code, stdout } = await cliHere('dead-letters', 'list')
    expect(code).toBe(0)
    expect(stdout).toMatch(/not_json/)
    expect(stdout).toMatch(/id_conflict/)
    expect(stdout).toContain('2 of 2, newest first')
  })

  test('filters and limits', async () => {
    const result = await cliHere('dead-letters', 'list', '--reason', 'not_json', '--limit', '1', '--json')
    expect(JSON.parse(result.stdout)).toMatchObject({ total: 1, dead_letters: [{ reason: 'not_json' }] })
  })

  test('shows one, byte for byte', async () => {
    const { stdout } = await cliHere('dead-letters', 'list', '--reason', 'not_json', '--json')
    const [letter] = (JSON.parse(stdout) as { dead_letters: { shard: number; source_offset: number }[] })
      .dead_letters
    const place = `${letter!.shard}:${letter!.source_offset}`
    const [raw, shown, json] = await Promise.all([
      cliHere('dead-letters', 'show', place, '--raw'),
      cliHere('dead-letters', 'show', place),
      cliHere('dead-letters', 'show', place, '--json'),
    ])
    expect(raw.stdout).toBe('{"event_id":')
    expect(shown.stdout).toContain('reason    not_json')
    expect(JSON.parse(json.stdout)).toMatchObject({ value: '{"event_id":', key: null })
  })

  test('says where there is none', async () => {
    const result = await cliHere('dead-letters', 'show', '0:999999')
    expect(result).toEqual({ code: 1, stdout: '', stderr: 'error: There is no dead letter at 0:999999\n' })
  })
})

describe('log search', () => {
  test('finds what was appended, repeated and in conflict', async () => {
    const result = await cliHere('log', 'search', '--event-id', firstId.toUpperCase(), '--json')
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
    const result = await cliHere('log', 'search', '--event-id', id)
    expect(result).toMatchObject({ code: 1, stdout: `No message of the log has the id ${id}.\n` })
  })
})

test('without DATABASE_URL the embedded database of a running npm start is used', async () => {
  await writeFile(join(folder, 'postgres.url'), `${database.url}\n`)
  const result = await runCli(['log', 'verify', '--json'], { env: { DATA_DIR: folder } })
  expect(result).toMatchObject({ code: 0, stderr: '' })
  expect((JSON.parse(result.stdout) as { shards: unknown[] }).shards.length).toBeGreaterThan(0)
})

test('shards adopt changes nothing where nothing is lost', async () => {
  const result = await cliHere('shards', 'adopt', '--shard', '0', '--yes')
  expect(result).toMatchObject({ code: 0, stdout: expect.stringContaining('needs nothing') })
})

test('every kind of message of the generator is accounted for', async () => {
  const own = await createTestDatabase()
  const ownEnv = { DATABASE_URL: own.url, DATA_DIR: join(folder, 'faults') }
  // Of the present, since the topic gives each message the time at which it is published.
  const now = Date.now()
  const events = patternEvents({ seed: 'cli', from: now - 2 * 86_400_000, to: now, eventsPerSecond: 0.01 })
  // The kinds that a line of a file can be: bytes, and no headers.
  const sendable: FaultKind[] = [
    'late',
    'version_0',
    'duplicate',
    'id_conflict',
    'malformed_json',
    'schema',
    'future_time',
    'too_large',
  ]
  const shares = Object.fromEntries(sendable.map((kind) => [kind, 0.05]))
  const messages = [...withFaults(events, { seed: 'cli', shares })]
  const input = messages.map(({ message }) => String(message.value)).join('\n')
  const running = await startProcessor(ownEnv)
  try {
    expect((await runCli(['publish', '--raw'], { env: ownEnv, input })).code).toBe(0)
    await untilProjected(own.pool, messages.length)
    const result = await runCli(['log', 'verify', '--json'], { env: ownEnv })
    const { ok, shards } = JSON.parse(result.stdout) as { ok: boolean; shards: Record<string, number>[] }
    const total = (name: string): number => shards.reduce((sum, shard) => sum + shard[name]!, 0)
    const count = (...kinds: string[]): number => messages.filter(({ kind }) => kinds.includes(kind)).length
    expect(ok).toBe(true)
    expect(total('duplicates')).toBe(count('duplicate'))
    expect(total('dead_lettered')).toBe(
      count('malformed_json', 'schema', 'id_conflict', 'future_time', 'too_large'),
    )
    expect(total('appended')).toBe(count('plain', 'late', 'version_0'))
  } finally {
    await running.stop()
    await own.drop()
  }
})
