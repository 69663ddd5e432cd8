import { createLogger } from '@patterns/shared/logger.ts'
import { openTopic } from '@patterns/topic/openTopic.ts'
import type { OutgoingMessage } from '@patterns/topic/publisher.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createContext } from './context.ts'
import { from, plain } from './testing/sampleEvents.ts'
import { createCliFixture, type CliFixture } from './testing/cliFixture.ts'
import { runCliInProcess } from './testing/runCliInProcess.ts'

const hour = 3_600_000
const patternId = plain[0]!.key
const body = {
  schema_version: 1,
  pattern_id: patternId,
  type: 'pattern.used',
  occurred_at: new Date(from).toISOString(),
  outcome: 'failure',
}
const { type, occurred_at, ...data } = body
const { schema_version: _, ...unversioned } = data
const idOf = (i: number) => `0197a3b4-5c6d-7e8f-9012-00000000000${i}`

/** What a history can hold besides plain events: each form that a producer may write, late ones among them. */
const others: OutgoingMessage[] = [
  // Version 0, twice the same: two events.
  ...[1, 2].map(() => ({ value: JSON.stringify({ ...unversioned, usage_timestamp: occurred_at }) })),
  { value: JSON.stringify({ ...body, event_id: idOf(1), pattern_id: patternId.toUpperCase() }, null, 2) },
  {
    value: `${JSON.stringify({ ...body, event_id: idOf(2) }).slice(0, -1)},"build":9007199254740993,"v":1e400}`,
  },
  {
    value: JSON.stringify({ pattern_id: patternId, outcome: 'success', quality_score: 0.5 }),
    headers: {
      ce_specversion: '1.0',
      ce_id: idOf(3),
      ce_type: type,
      ce_source: '/agents/ü',
      ce_time: occurred_at,
      ce_traceparent: '00-ab',
      'content-type': 'application/json',
    },
  },
  {
    value: JSON.stringify({ specversion: '1.0', id: idOf(4), type, source: '/a', time: occurred_at, data }),
    headers: { 'content-type': 'application/cloudevents+json' },
  },
].map((message, i) => ({ key: patternId, timestamp: from + 100 * hour + i, ...message }))

const history: OutgoingMessage[] = [
  ...plain.slice(0, 400).map(({ key, value, timestamp }) => ({ key, value, timestamp })),
  ...others,
]

let first: CliFixture
let same: CliFixture
let other: CliFixture
beforeAll(async () => {
  ;[first, same, other] = (await Promise.all(
    [4, 4, 3].map((partitions) => createCliFixture(partitions)),
  )) as [CliFixture, CliFixture, CliFixture]
  const context = createContext({ ...process, env: first.env })
  const publisher = openTopic({
    settings: context.settings(),
    logger: createLogger('cli', 'silent'),
  }).createPublisher()
  await Promise.all(history.map((message) => publisher.send(message)))
  await publisher.stop()
  await first.process(history.length)
})
afterAll(() => Promise.all([first, same, other].map((fixture) => fixture?.end())))

const exported = async ({ cli }: CliFixture, ...options: string[]): Promise<string> =>
  (await cli('log', 'export', ...options)).stdout

const publish = async ({ env }: CliFixture, input: string, ...options: string[]): Promise<void> => {
  const { code, stdout } = await runCliInProcess(['publish', '--json', ...options], { env, input })
  expect([code, JSON.parse(stdout)]).toMatchObject([0, { published: history.length, refused: 0 }])
}

/** What people read of a history: the windows of each pattern, and what is known of it. */
const numbers = async ({ database: { pool } }: CliFixture) => {
  const rows = async (text: string) => (await pool.query<Record<string, unknown>>(text)).rows
  return {
    usage: await rows('select * from pattern_usage_stats order by 1, 2, 3'),
    quality: await rows('select * from pattern_quality_metrics order by 1, 2, 3'),
    catalogue: await rows(
      `select to_jsonb(pattern_catalogue_v1) - array['shard', 'last_position'] as entry
       from pattern_catalogue_v1 order by pattern_id, shard`,
    ),
  }
}

const sorted = (text: string): string[] => text.split('\n').toSorted()

test('a history that is published to an empty topic as it was recorded gives the same log and numbers', async () => {
  const records = await exported(first, '--format', 'records')
  await Promise.all(
    [same, other].map(async (fixture) => {
      await publish(fixture, records, '--keep-time')
      await fixture.process(history.length)
    }),
  )
  expect(await exported(same, '--format', 'records')).toBe(records)
  expect(await numbers(same)).toEqual(await numbers(first))
  expect(sorted(await exported(other))).toEqual(sorted(await exported(first)))
  expect(await numbers(other)).toEqual(await numbers(first))
})

test('a log that is exported and published again takes each event for the duplicate that it is, wherever it lands', async () => {
  const before = await numbers(first)
  const log = await exported(first)
  for (const [i, KAFKA_PARTITIONER] of ['murmur2', 'crc32'].entries()) {
    await publish({ ...first, env: { ...first.env, KAFKA_PARTITIONER } }, log)
    await first.process((i + 2) * history.length)
  }
  const verified = await first.cli('log', 'verify', '--json')
  const { ok, shards } = JSON.parse(verified.stdout) as { ok: boolean; shards: Record<string, number>[] }
  const total = (name: string): number => shards.reduce((sum, shard) => sum + shard[name]!, 0)
  expect([ok, total('appended'), total('duplicates'), total('dead_lettered')]).toEqual([
    true,
    history.length,
    2 * history.length,
    0,
  ])
  expect(await numbers(first)).toEqual(before)
})
