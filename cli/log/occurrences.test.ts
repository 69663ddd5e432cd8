import { duplicateAt, eventAt, toAppend } from '@patterns/event-log/testing/newEvents.ts'
import { createPostgresEventLog } from '@patterns/event-log/postgres/postgresEventLog.ts'
import { createPool } from '@patterns/shared/postgres/pool.ts'
import { createTestDatabase } from '@patterns/testing/database.ts'
import { expect, test } from 'vitest'
import { findDuplicates, findInLog } from './occurrences.ts'

test('the duplicates of an event are found in whatever shard they came', async () => {
  const database = await createTestDatabase()
  const pool = createPool({ connectionString: database.url, applicationName: 'test', onIdleError: () => {} })
  try {
    const log = createPostgresEventLog({ pool })
    const [home, other] = [await log.open(0, 0), await log.open(1, 0)]
    const event = eventAt(0)
    const first = toAppend({ events: [event], duplicates: [duplicateAt(1, 1, 0)] })
    await log.append({ shard: 0, expected: home, ...first })
    // The second of them is of another event, that lies at the same position of its own shard.
    const second = toAppend({
      events: [eventAt(7)],
      duplicates: [duplicateAt(8, 1, 0), duplicateAt(9, 1, 1)],
    })
    await log.append({ shard: 1, expected: other, ...second })
    // As rows were before they said the shard of the first.
    await pool.query('insert into duplicates (shard, source_offset, position) values (0, 2, 1)')
    const found = await findDuplicates(pool, await findInLog(log, event.eventId, () => {}))
    expect(found.map(({ shard, sourceOffset }) => `${shard}:${sourceOffset}`).toSorted()).toEqual([
      '0:1',
      '0:2',
      '1:8',
    ])
  } finally {
    await pool.end()
    await database.drop()
  }
})
