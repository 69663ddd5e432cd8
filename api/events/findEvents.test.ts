import type { LogRecord, PositionRange } from '@patterns/event-log/eventLog.ts'
import { createMemoryEventLog } from '@patterns/event-log/memory/memoryEventLog.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createFindEvents, type EventPlace, type EventsAsked, type FindEvents } from './findEvents.ts'
import { createLogTurns } from './logTurns.ts'
import { createPatternIndex } from './patternIndex.ts'
import { type HourPositions, joinRanges, stepBack } from './stepBack.ts'

const mine = '0197a3b4-0000-7000-8000-000000000001'
const other = '0197a3b4-0000-7000-8000-000000000002'
const began = Date.UTC(2026, 3, 1)
const minute = 60_000

const body = (patternId: string, i: number) =>
  JSON.stringify({
    event_id: `00000000-0000-7000-8000-${String(i).padStart(12, '0')}`,
    type: 'pattern.used',
    schema_version: 1,
    pattern_id: patternId,
    occurred_at: new Date(began + i * minute).toISOString(),
    outcome: 'success',
  })

/** A log with one message a minute, as these texts. */
const logOf = async (texts: readonly string[]) => {
  const log = createMemoryEventLog()
  await log.open(0, 0)
  await log.append({
    shard: 0,
    expected: { position: 0, nextSourceOffset: 0 },
    events: texts.map((text, i) => ({
      eventId: `00000000-0000-7000-8000-${String(i).padStart(12, '0')}`,
      occurredAt: began + i * minute,
      message: {
        offset: i,
        key: null,
        value: Buffer.from(text),
        headers: undefined,
        timestamp: began + i * minute,
      },
    })),
    deadLetters: [],
    duplicates: [],
    nextSourceOffset: texts.length,
  })
  return log
}

const all = { from: 0, to: Number.MAX_SAFE_INTEGER }

const everyPage = async (
  find: FindEvents,
  asked: Omit<EventsAsked, 'before' | 'limit'>,
  limit: number,
): Promise<number[]> => {
  const positions: number[] = []
  let before: EventPlace | undefined
  for (;;) {
    const page = await find({ ...asked, before, limit })
    positions.push(...page.events.map(({ record }) => record.position))
    if (page.next === null) return positions
    before = page.next
  }
}

describe('the events behind a number', () => {
  it('are those of the pattern in the ranges and the time, newest first, whatever the pages', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.boolean(), { minLength: 1, maxLength: 200 }),
        fc.array(fc.tuple(fc.integer({ min: 1, max: 200 }), fc.nat({ max: 50 }), fc.nat({ max: 60 })), {
          minLength: 1,
          maxLength: 5,
        }),
        fc.integer({ min: 1, max: 20 }),
        fc.nat({ max: 200 }),
        async (isMine, drawn, limit, startMinute) => {
          const log = await logOf(isMine.map((own, i) => body(own ? mine : other, i)))
          const ranges: HourPositions[] = drawn
            .map(([first, length, events]) => ({
              first: Math.min(first, isMine.length),
              last: Math.min(first + length, isMine.length),
              // Registrations and assessments are no uses, so the count is not always how many events there are.
              events,
            }))
            .toSorted((a, b) => a.first - b.first)
          const covers = (position: number) =>
            ranges[0]!.first <= position && Math.max(...ranges.map(({ last }) => last)) >= position
          const from = began + startMinute * minute
          const found = await everyPage(
            createFindEvents({ eventLog: log }),
            { patternId: mine, range: { from, to: all.to }, ranges: new Map([[0, ranges]]) },
            limit,
          )
          // Near ranges are read as one, so between them more may be found; the time decides in the end.
          const expected = isMine
            .map((own, i) => ({ own, position: i + 1 }))
            .filter(({ own, position }) => own && covers(position) && position - 1 >= startMinute)
            .map(({ position }) => position)
          expect(found).toEqual(expected.toReversed())
        },
      ),
      { numRuns: 60 },
    )
  })

  it('are found where the producer writes ids in upper case or as escapes, and not where others mention it', async () => {
    const escaped = mine.replace('0197', '\\u0030197')
    const texts = [
      body(mine, 0),
      body(mine.toUpperCase(), 1),
      body(mine, 2).replace(mine, escaped),
      body(other, 3).replace('{', `{"context":{"pattern_id":"${mine}"},`),
      body(mine, 4).replace('"pattern_id":', '"pattern_id" :\n '),
    ]
    const found = await everyPage(
      createFindEvents({ eventLog: await logOf(texts) }),
      { patternId: mine, range: all, ranges: new Map([[0, [{ first: 1, last: 5, events: 4 }]]]) },
      2,
    )
    expect(found).toEqual([5, 3, 2, 1])
  })

  it('are of every shard that the pattern was in, the last one first', async () => {
    const log = await logOf([body(mine, 0), body(other, 1), body(mine, 2)])
    const eventLog: Pick<typeof log, 'readRanges'> = {
      readRanges: (_shard, ranges) => log.readRanges(0, ranges),
    }
    const find = createFindEvents({ eventLog })
    const hour = [{ first: 1, last: 3, events: 2 }]
    const asked = { patternId: mine, range: all, ranges: new Map([0, 7].map((shard) => [shard, hour])) }
    const places: string[] = []
    let before: EventPlace | undefined
    do {
      const page = await find({ ...asked, before, limit: 1 })
      places.push(...page.events.map(({ shard, record }) => `${shard}:${record.position}`))
      before = page.next ?? undefined
    } while (before !== undefined)
    expect(places).toEqual(['7:3', '7:1', '0:3', '0:1'])
  })

  it('end a page short rather than look through the whole log', async () => {
    const count = 20_000
    const texts = Array.from({ length: count }, (_, i) => body(i === 0 || i === count - 1 ? mine : other, i))
    let seconds = 0
    const find = createFindEvents({ eventLog: await logOf(texts), mostMs: 1, now: () => (seconds += 1_000) })
    const ranges = new Map([[0, [{ first: 1, last: count, events: 2 }]]])
    const asked = { patternId: mine, range: all, ranges, limit: 5 }
    const page = await find(asked)
    expect(page.events.map(({ record }) => record.position)).toEqual([count])
    expect(page.next!.position).toBeGreaterThan(1)
    expect(await everyPage(find, asked, 5)).toEqual([count, 1])
  })
})

describe('the index of patterns', () => {
  const counted = async (texts: readonly string[]) => {
    const log = await logOf(texts)
    const read: PositionRange[] = []
    return {
      read,
      readRanges(shard: number, ranges: readonly PositionRange[]): AsyncIterable<readonly LogRecord[]> {
        read.push(...ranges)
        return log.readRanges(shard, ranges)
      },
    }
  }

  it('looks at each position once, however it is asked', async () => {
    const eventLog = await counted(
      Array.from({ length: 2_000 }, (_, i) => body(i % 2 === 0 ? mine : other, i)),
    )
    const index = createPatternIndex({ eventLog })
    expect(await index.positions(0, [{ first: 100, last: 104 }], mine)).toEqual([101, 103])
    const wide = [
      { first: 90, last: 110 },
      { first: 600, last: 601 },
    ]
    expect(await index.positions(0, wide, other)).toHaveLength(12)
    expect(eventLog.read).toEqual([
      { first: 100, last: 104 },
      { first: 90, last: 99 },
      { first: 105, last: 110 },
      { first: 600, last: 601 },
    ])
    expect(await index.positions(0, [{ first: 1, last: 2_000 }], mine)).toHaveLength(1_000)
    eventLog.read.length = 0
    expect(await index.positions(0, [{ first: 1, last: 2_000 }], other)).toHaveLength(1_000)
    expect(eventLog.read).toEqual([])
  })

  it('forgets what was not asked for in a while, and looks again', async () => {
    const eventLog = await counted(Array.from({ length: 1_100 }, (_, i) => body(mine, i)))
    const index = createPatternIndex({ eventLog, mostBytes: 512 * 4 })
    for (const first of [1, 600, 1])
      expect(await index.positions(0, [{ first, last: first }], mine)).toEqual([first])
    expect(eventLog.read).toHaveLength(3)
  })
})

describe('turns to read the log', () => {
  it('are for a few at a time; when too many wait, who comes is told to come again', async () => {
    const turns = createLogTurns({ most: 1, mostWaiting: 1 })
    const { promise, resolve } = Promise.withResolvers<string>()
    const first = turns(() => promise)
    const second = turns(async () => 'second')
    await expect(turns(async () => 'third')).rejects.toMatchObject({
      status: 503,
      headers: { 'retry-after': '1' },
    })
    resolve('first')
    expect(await Promise.all([first, second])).toEqual(['first', 'second'])
    expect(await turns(async () => 'fourth')).toBe('fourth')
  })
})

describe('steps back', () => {
  it('cover the joined ranges below a position exactly once, from the newest', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(fc.integer({ min: 1, max: 100_000 }), fc.nat({ max: 30_000 }), fc.nat({ max: 500 })),
          {
            maxLength: 6,
          },
        ),
        fc.integer({ min: 1, max: 140_000 }),
        fc.integer({ min: 1, max: 200 }),
        (drawn, below, wanted) => {
          const ranges = drawn
            .map(([first, length, events]) => ({ first, last: first + length, events }))
            .toSorted((a, b) => a.first - b.first)
          const joined = joinRanges(ranges)
          let next = below
          let covered = 0
          for (;;) {
            const step = stepBack(joined, next, wanted)
            if (step.length === 0) break
            for (const [i, { first, last }] of step.entries()) {
              expect(first).toBeLessThanOrEqual(last)
              expect(last).toBeLessThan(step[i + 1]?.first ?? next)
              covered += last - first + 1
            }
            next = step[0]!.first
          }
          const expected = joined.reduce(
            (sum, { first, last }) => sum + Math.max(0, Math.min(last, below - 1) - first + 1),
            0,
          )
          expect(covered).toBe(expected)
        },
      ),
    )
  })

  it('look no further than the wanted events lie, on average and a half', () => {
    const dense = [{ first: 1, last: 1_000, events: 500 }]
    expect(stepBack(dense, 1_001, 10)).toEqual([{ first: 971, last: 1_000 }])
    const single = [10, 100, 200, 300].map((first) => ({ first, last: first, events: 1 }))
    expect(stepBack(single, 301, 2).map(({ first }) => first)).toEqual([100, 200, 300])
  })
})
