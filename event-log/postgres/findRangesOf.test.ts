import { createPool } from '@patterns/shared/postgres/pool.ts'
import { createTestDatabase } from '@patterns/testing/database.ts'
import { expect, test } from 'vitest'
import type { LogEnd, TimeSpan } from '../eventLog.ts'
import { eventAt, toAppend } from '../testing/newEvents.ts'
import { createPostgresEventLog } from './postgresEventLog.ts'

test('a span of event time is looked for in the segments that may hold some of it, and in no other', async () => {
  const database = await createTestDatabase()
  const pool = createPool({ connectionString: database.url, applicationName: 'test', onIdleError: () => {} })
  try {
    const log = createPostgresEventLog({ pool })
    const shard = 1
    let expected: LogEnd = await log.open(shard, 0)
    // Events occur a millisecond apart; each batch is a segment: 0 to 2, 3 and 4, 5.
    for (const offsets of [[0, 1, 2], [3, 4], [5]]) {
      const batch = toAppend({ events: offsets.map((offset) => eventAt(offset)) })
      const result = await log.append({ shard, expected, ...batch })
      expect.assert(result.ok)
      expected = result.head
    }
    const first = eventAt(0).occurredAt
    const positionsOf = async (span: TimeSpan) =>
      (await log.rangesOf(shard, span)).map((range) => [range.first, range.last])
    expect(await positionsOf({})).toEqual([
      [1, 3],
      [4, 5],
      [6, 6],
    ])
    expect(await positionsOf({ from: first + 4 })).toEqual([
      [4, 5],
      [6, 6],
    ])
    expect(await positionsOf({ to: first + 3 })).toEqual([[1, 3]])
    expect(await positionsOf({ from: first + 3, to: first + 5 })).toEqual([[4, 5]])
    expect(await positionsOf({ from: first + 6 })).toEqual([])
    expect(await log.rangesOf(2, {})).toEqual([])
  } finally {
    await pool.end()
    await database.drop()
  }
})
