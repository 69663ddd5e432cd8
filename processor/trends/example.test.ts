import { createPool } from '@patterns/shared/postgres/pool.ts'
import { createTestDatabase } from '@patterns/testing/database.ts'
import { expect, it } from 'vitest'
import { createSteppedClock } from '../testing/steppedClock.ts'
import { ownShard, readLines, used } from '../testing/trendsFixture.ts'

const patternId = '0197a3b4-0000-7000-8000-000000000001'
const firstDay = Date.UTC(2026, 2, 2, 9)
const dayMs = 24 * 3_600_000

it('the example of docs/DEVELOPER_GUIDE.md is what the table holds', async () => {
  const database = await createTestDatabase()
  const pool = createPool({
    connectionString: database.url,
    applicationName: 'test',
    pipeline: true,
    onIdleError: () => {},
  })
  try {
    const uses = [3, 5, 4, 6, 7, 7].flatMap((count, day) =>
      Array.from({ length: count }, () => used(patternId, firstDay + day * dayMs)),
    )
    const clock = createSteppedClock(firstDay + 6 * dayMs)
    const owned = await ownShard({ pool, shard: 0, clock, log: uses })
    owned.close()
    const line = (await readLines(pool, 0)).get(`day/30/usage/${patternId}`)!
    expect(line).toMatchObject({
      closed_until: Date.UTC(2026, 2, 8),
      start: Date.UTC(2026, 2, 2),
      points: 6,
      span: 5,
      s: 12,
    })
    const rounded = (name: string) => Math.round(Number(line[name]) * 10_000) / 10_000
    expect(['mean', 'slope', 'intercept', 'r_squared', 'variance', 'p'].map(rounded)).toEqual([
      5.3333, 0.8, 3.3333, 0.84, 27.3333, 0.0354,
    ])
  } finally {
    await pool.end()
    await database.drop()
  }
})
