import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { goodLines } from './testing/sampleEvents.ts'
import { type CliResult, runCli } from './testing/runCli.ts'

let folder: string
let env: Record<string, string>
let published: CliResult

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
  folder = await mkdtemp(join(tmpdir(), 'patterns-publish-'))
  env = { DATA_DIR: folder }
  await writeFile(join(folder, 'events.ndjson'), withBadLines())
  published = await runCli(['publish', '--file', join(folder, 'events.ndjson'), '--json'], { env })
})
afterAll(() => rm(folder, { recursive: true, force: true }))

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

  test('only checks with --dry-run, and sends nothing with --strict if a line is faulty', async () => {
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

  test('sends all with --strict if no line is faulty, also from a pipe', async () => {
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
})
