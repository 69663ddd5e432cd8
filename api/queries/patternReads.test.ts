import { windowMs } from '@patterns/projections/window.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { drawMessages, patternIds } from '../testing/drawMessages.ts'
import { startTestApi, type TestApi } from '../testing/startTestApi.ts'
import { everything, usageColumns } from './columnSets.ts'
import { createPatternReads } from './patternReads.ts'
import type { Queryable } from '@patterns/shared/postgres/queryable.ts'
import { TooBusyError } from './queryErrors.ts'

const day = windowMs.day
let api: TestApi

beforeAll(async () => {
  api = await startTestApi()
  await api.seed(drawMessages(400, api.now - 20 * day, api.now, 7))
})
afterAll(() => api?.stop())

const runs = () => {
  const end = Math.floor(api.now / day) * day
  return [{ granularity: 'day' as const, start: end - 30 * day, end: end + day }]
}

/** The database, and the statements that were sent to it. */
const counted = () => {
  const statements: string[] = []
  const database: Queryable = {
    query(config) {
      statements.push(config.name!)
      return api.reader.query(config)
    },
  }
  return { database, statements }
}

describe('reads of single patterns', () => {
  it('go out together while others are under way, and each gets what it would have got alone', async () => {
    const { database, statements } = counted()
    const reads = createPatternReads({ database, maxStatements: 1 })
    const asked = { runs: runs(), columns: everything }
    const unknown = '0197a3b4-ffff-7000-8000-000000000000'
    const ids = [...patternIds, unknown]
    const together = await Promise.all(ids.map((id) => reads.one(id, asked)))
    expect(statements).toHaveLength(2)
    for (const [i, id] of ids.entries()) expect(together[i]).toEqual(await reads.one(id, asked))
    expect(together.map(({ windows }) => windows.length > 0)).toEqual(ids.map((id) => id !== unknown))
    expect(together.at(-1)?.entry).toBeUndefined()
  })

  it('share no rows, since who reads them uses them up', async () => {
    const reads = createPatternReads({ database: api.reader, maxStatements: 1 })
    const asked = { runs: runs(), columns: everything }
    const [id, another] = patternIds
    const busy = reads.one(another, asked)
    const [first, second] = await Promise.all([reads.one(id, asked), reads.one(id, asked), busy])
    expect(second).toEqual(first)
    expect(second.windows[0]!.state).not.toBe(first.windows[0]!.state)
  })

  it('of other windows or columns go out by themselves, and no more at a time than may', async () => {
    const { database, statements } = counted()
    const reads = createPatternReads({ database, maxStatements: 1, maxTogether: 2 })
    const [day30] = runs()
    const asked = { runs: [day30!], columns: usageColumns }
    const [a, b, c] = patternIds
    const all = [
      reads.one(a, asked),
      // Waits, and takes one more with it.
      reads.some([b], asked),
      reads.one(c, { ...asked, columns: everything }),
      reads.one(c, { ...asked, runs: [{ ...day30!, start: day30!.end - day }] }),
      reads.one(c, { ...asked, trendWindows: { ...asked, columns: everything } }),
      reads.one(a, asked),
      reads.one(c, asked),
    ]
    expect(statements).toEqual(['read_some_patterns_usage'])
    await Promise.all(all)
    expect(statements.toSorted()).toEqual([
      'read_some_patterns_everything',
      ...new Array<string>(4).fill('read_some_patterns_usage'),
      'read_some_patterns_usage_everything',
    ])
  })

  it('are refused when too many statements wait, unless they can join one', async () => {
    const reads = createPatternReads({
      database: api.reader,
      maxStatements: 1,
      maxWaiting: 1,
      maxTogether: 2,
    })
    const asked = { runs: runs(), columns: usageColumns }
    const [a, b, c, d] = patternIds
    const all = [reads.one(a, asked), reads.one(b, asked), reads.one(c, asked)]
    await expect(reads.one(d, asked)).rejects.toThrow(TooBusyError)
    await Promise.all(all)
    expect((await reads.one(d, asked)).vector.size).toBeGreaterThan(0)
  })

  it('of many windows go out by themselves', async () => {
    const { database, statements } = counted()
    const reads = createPatternReads({ database, maxStatements: 1 })
    const end = Math.floor(api.now / windowMs.hour) * windowMs.hour
    const hours = [{ granularity: 'hour' as const, start: end - 30_000 * windowMs.hour, end }]
    const asked = { runs: hours, columns: usageColumns }
    await Promise.all(patternIds.slice(0, 3).map((id) => reads.one(id, asked)))
    expect(statements).toHaveLength(3)
  })

  it('fail together with their statement, and the next ones go on', async () => {
    let isBroken = true
    const database: Queryable = {
      query: (config) => (isBroken ? Promise.reject(new Error('gone')) : api.reader.query(config)),
    }
    const reads = createPatternReads({ database, maxStatements: 1 })
    const asked = { runs: runs(), columns: usageColumns }
    const settled = await Promise.allSettled(patternIds.slice(0, 3).map((id) => reads.one(id, asked)))
    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
    isBroken = false
    expect((await reads.one(patternIds[0], asked)).entry).toBeDefined()
  })
})
