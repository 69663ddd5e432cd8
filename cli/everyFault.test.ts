import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type FaultKind, withFaults } from '@patterns/generator/faults.ts'
import { patternEvents } from '@patterns/generator/events.ts'
import { createTestDatabase } from '@patterns/testing/database.ts'
import { expect, test } from 'vitest'
import { runCli } from './testing/runCli.ts'
import { startProcessor, untilProjected } from './testing/startProcessor.ts'

test('every kind of message of the generator is accounted for', async () => {
  const own = await createTestDatabase()
  const folder = await mkdtemp(join(tmpdir(), 'patterns-cli-'))
  const ownEnv = { DATABASE_URL: own.url, DATA_DIR: folder }
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
    await rm(folder, { recursive: true, force: true })
  }
})
