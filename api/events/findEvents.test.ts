import type { LogRecord } from '@patterns/event-log/eventLog.ts'
import { createMemoryEventLog } from '@patterns/event-log/memory/memoryEventLog.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findEvents, type EventPlace } from './findEvents.ts'
import { type PositionRange } from './readPositionRanges.ts'
import { blockPositions, createRecordBlocks } from './recordBlocks.ts'
import { joinRanges, stepsBack } from './stepsBack.ts'

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
  options: Omit<Parameters<typeof findEvents>[0], 'before' | 'limit'>,
  limit: number,
): Promise<number[]> => {
  const positions: number[] = []
  let before: EventPlace | undefined
  for (;;) {
    const page = await findEvents({ ...options, before, limit })
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
        fc.array(fc.tuple(fc.integer({ min: 1, max: 200 }), fc.nat({ max: 50 })), {
          minLength: 1,
          maxLength: 5,
        }),
        fc.integer({ min: 1, max: 20 }),
        fc.nat({ max: 200 }),
        async (isMine, drawn, limit, startMinute) => {
          const log = await logOf(isMine.map((own, i) => body(own ? mine : other, i)))
          const ranges: PositionRange[] = drawn
            .map(([first, length]) => ({
              first: Math.min(first, isMine.length),
              last: Math.min(first + length, isMine.length),
            }))
            .toSorted((a, b) => a.first - b.first)
          const covers = (position: number) =>
            ranges[0]!.first <= position && Math.max(...ranges.map(({ last }) => last)) >= position
          const from = began + startMinute * minute
          const found = await everyPage(
            {
              records: createRecordBlocks({ eventLog: log }),
              patternId: mine,
              range: { from, to: all.to },
              ranges: new Map([[0, ranges]]),
              vector: new Map([[0, isMine.length]]),
            },
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
      {
        records: createRecordBlocks({ eventLog: await logOf(texts) }),
        patternId: mine,
        range: all,
        ranges: new Map([[0, [{ first: 1, last: 5 }]]]),
        vector: new Map([[0, 5]]),
      },
      2,
    )
    expect(found).toEqual([5, 3, 2, 1])
  })

  it('end a page short rather than look through the whole log', async () => {
    const count = blockPositions * 2
    const texts = Array.from({ length: count }, (_, i) => body(i === 0 || i === count - 1 ? mine : other, i))
    const options = {
      records: createRecordBlocks({ eventLog: await logOf(texts) }),
      patternId: mine,
      range: all,
      ranges: new Map([
        [
          0,
          [
            { first: 1, last: 1 },
            { first: count, last: count },
          ],
        ],
      ]),
      vector: new Map([[0, count]]),
      limit: 5,
      mostReads: 1,
    }
    const page = await findEvents(options)
    expect(page).toEqual({ events: [expect.anything()], next: { shard: 0, position: count } })
    const rest = await findEvents({ ...options, before: page.next! })
    expect(rest.events.map(({ record }) => record.position)).toEqual([1])
  })
})

describe('blocks of records', () => {
  it('are read once, grow with the log, and are let go where they take too much', async () => {
    const count = blockPositions * 2 + 10
    const log = await logOf(Array.from({ length: count }, (_, i) => body(i % 2 === 0 ? mine : other, i)))
    let reads = 0
    const counted = {
      read: (shard: number, after: number): AsyncIterable<readonly LogRecord[]> => {
        reads++
        return log.read(shard, after)
      },
    }
    const blocks = createRecordBlocks({ eventLog: counted })
    const half = { first: 1, last: 100 }
    const shard = { shard: 0, end: 200 }
    await Promise.all([blocks.find(mine, half, shard), blocks.find(other, half, shard)])
    expect(reads).toBe(1)
    expect((await blocks.find(mine, { first: 1, last: 200 }, shard)).records).toHaveLength(100)
    expect(reads).toBe(1)
    const whole = await blocks.find(mine, { first: 1, last: count }, { shard: 0, end: count })
    expect(whole.records).toHaveLength(count / 2)
    expect([reads, whole.reads]).toEqual([4, 3])

    reads = 0
    const small = createRecordBlocks({ eventLog: counted, mostBytes: 1_000 })
    await small.find(mine, half, shard)
    expect((await small.find(mine, half, shard)).records).toHaveLength(50)
    expect(reads).toBe(2)
  })
})

describe('steps back', () => {
  it('cover the joined ranges below a position exactly once, from the newest', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 100_000 }), fc.nat({ max: 30_000 })), { maxLength: 6 }),
        fc.integer({ min: 1, max: 140_000 }),
        (drawn, below) => {
          const ranges = drawn
            .map(([first, length]) => ({ first, last: first + length }))
            .toSorted((a, b) => a.first - b.first)
          const steps = [...stepsBack(ranges, below)]
          let next = below
          for (const { first, last } of steps) {
            expect(first).toBeLessThanOrEqual(last)
            expect(last).toBeLessThan(next)
            next = first
          }
          const covered = steps.reduce((sum, { first, last }) => sum + last - first + 1, 0)
          const wanted = joinRanges(ranges).reduce(
            (sum, { first, last }) => sum + Math.max(0, Math.min(last, below - 1) - first + 1),
            0,
          )
          expect(covered).toBe(wanted)
        },
      ),
    )
  })
})
