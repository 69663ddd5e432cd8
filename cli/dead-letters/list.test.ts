import { createPostgresEventLog } from '@patterns/event-log/postgres/postgresEventLog.ts'
import { createTestDatabase, type TestDatabase } from '@patterns/testing/database.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCliInProcess } from '../testing/runCliInProcess.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
  for (const shard of [0, 1]) await createPostgresEventLog(database).open(shard, 0)
  // As shards that catch up set them aside: each its own batch at once, sent over the same time. One clock is ahead.
  await database.pool.query(`
    insert into dead_letters (shard, source_offset, reason, faults, recorded_at, dead_lettered_at) values
      (0, 1, 'not_json', '[]', '2026-04-01T10:00:00Z', '2026-04-01T12:00:00.1Z'),
      (0, 2, 'schema', '[]', '2026-04-01T10:02:00Z', '2026-04-01T12:00:00.1Z'),
      (0, 3, 'schema', '[]', '2026-04-01T10:04:00Z', '2026-04-01T12:00:00.1Z'),
      (1, 1, 'schema', '[]', '2026-04-01T10:01:00Z', '2026-04-01T12:00:00.2Z'),
      (1, 2, 'future_time', '[]', '2099-01-01T00:00:00Z', '2026-04-01T10:03:00Z'),
      (1, 3, 'schema', '[]', '2026-04-01T10:04:00Z', '2026-04-01T12:00:00.2Z')`)
})
afterAll(() => database?.drop())

const list = (...options: string[]) =>
  runCliInProcess(['dead-letters', 'list', ...options], { env: { DATABASE_URL: database.url } })

const newestFirst = ['1:3', '0:3', '1:2', '0:2', '1:1', '0:1']

test('dead letters are listed by when they were sent, the newest first, whatever their shard', async () => {
  const { stdout } = await list()
  expect(stdout.split('\n').flatMap((line) => /^ *(\d:\d)/.exec(line)?.[1] ?? [])).toEqual(newestFirst)
  expect(stdout).toContain('6 of 6, newest first\n')
})

test('dead letters are paged: each page goes on before the last of the one before', async () => {
  const seen: string[] = []
  for (let next: string | null = ''; next !== null;) {
    const { stdout } = await list('--json', '--limit', '2', ...(next === '' ? [] : ['--before', next]))
    const page = JSON.parse(stdout) as {
      total: number
      next: string | null
      dead_letters: { shard: number; source_offset: number }[]
    }
    expect(page.total).toBe(6)
    seen.push(...page.dead_letters.map(({ shard, source_offset }) => `${shard}:${source_offset}`))
    next = page.next
  }
  expect(seen).toEqual(newestFirst)
  expect((await list('--limit', '4')).stdout).toContain(
    '4 of 6, newest first; the older ones: --before 0:2\n',
  )
  const ofReason = await list('--json', '--reason', 'schema', '--before', '1:2')
  expect(JSON.parse(ofReason.stdout)).toMatchObject({ total: 4, next: null, dead_letters: { length: 2 } })
})

test('a page goes on before a dead letter that there is', async () => {
  expect(await list('--before', '0:9')).toEqual({
    code: 2,
    stdout: '',
    stderr: 'error: --before: there is no dead letter at 0:9\n',
  })
})
