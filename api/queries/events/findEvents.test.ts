import { createMemoryEventLog } from '@patterns/event-log/testing/memoryEventLog.ts'
import { decodeRecord } from '@patterns/shared/contract/decodeRecord.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createFindEvents, type EventPlace, type EventsAsked, type FindEvents } from './findEvents.ts'
import type { HourPositions } from './stepBack.ts'

/** Two patterns. */
const mine = '0197a3b4-0000-7000-8000-000000000001'
const other = '0197a3b4-0000-7000-8000-000000000002'
/** When the first message of a log was sent, epoch milliseconds; the others a minute apart. */
const began = Date.UTC(2026, 3, 1)
const minute = 60_000

/** The text of a use of a pattern, the `i`-th message. */
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
  await log.append({
    shard: 0,
    expected: await log.open(0, 0),
    events: texts.map((text, i) => {
      const eventId = `00000000-0000-7000-8000-${String(i).padStart(12, '0')}`
      const [value, headers, occurredAt] = [Buffer.from(text), undefined, began + i * minute]
      return {
        eventId,
        occurredAt,
        event: decodeRecord({ position: i + 1, eventId, value, headers }),
        message: { offset: i, key: null, value, headers, timestamp: occurredAt },
      }
    }),
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
        fc.nat({ max: 200 }),
        async (isMine, drawn, limit, startMinute, endMinute) => {
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
            {
              patternId: mine,
              span: { from, to: began + endMinute * minute },
              ranges: new Map([[0, ranges]]),
            },
            limit,
          )
          // Near ranges are read as one, so between them more may be found; the time decides in the end.
          const expected = isMine
            .map((own, i) => ({ own, position: i + 1 }))
            .filter(
              ({ own, position }) =>
                own && covers(position) && position > startMinute && position <= endMinute,
            )
            .map(({ position }) => position)
          expect(found).toEqual(expected.toReversed())
        },
      ),
      { numRuns: 60 },
    )
  })

  it('are found if the producer writes ids in upper case or as escapes, and not if others mention it', async () => {
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
      { patternId: mine, span: all, ranges: new Map([[0, [{ first: 1, last: 5, events: 4 }]]]) },
      2,
    )
    expect(found).toEqual([5, 3, 2, 1])
  })

  it('are found if more lie in an hour than it counts, and the newest are of another time', async () => {
    const found = await everyPage(
      createFindEvents({ eventLog: await logOf(Array.from({ length: 100 }, (_, i) => body(mine, i))) }),
      {
        patternId: mine,
        span: { from: all.from, to: began + 50 * minute },
        ranges: new Map([[0, [{ first: 1, last: 100, events: 1 }]]]),
      },
      5,
    )
    expect(found).toEqual(Array.from({ length: 50 }, (_, i) => 50 - i))
  })

  it('are those with an outcome, however few they are among the others', async () => {
    const count = 5_000
    const isError = (i: number) => i % 700 === 0
    const texts = Array.from({ length: count }, (_, i) =>
      isError(i) ? body(mine, i).replace('"success"', '"error"') : body(i % 3 === 0 ? other : mine, i),
    )
    const find = createFindEvents({ eventLog: await logOf(texts), maxMs: Number.POSITIVE_INFINITY })
    const errors = texts.flatMap((_, i) => (isError(i) ? [i + 1] : [])).toReversed()
    // As many as there are, and fewer than were counted: an hour counts all of its own.
    for (const events of [errors.length, 1]) {
      const ranges = new Map([[0, [{ first: 1, last: count, events }]]])
      const asked = { patternId: mine, span: all, outcome: 'error', ranges } as const
      expect(await everyPage(find, asked, 3)).toEqual(errors)
    }
  })

  it('are of every shard that the pattern was in, the last one first', async () => {
    const log = await logOf([body(mine, 0), body(other, 1), body(mine, 2)])
    const eventLog: Pick<typeof log, 'positionsOf' | 'readRanges'> = {
      positionsOf: (_shard, ...asked) => log.positionsOf(0, ...asked),
      readRanges: (_shard, ranges) => log.readRanges(0, ranges),
    }
    const find = createFindEvents({ eventLog })
    const hour = [{ first: 1, last: 3, events: 2 }]
    const asked = { patternId: mine, span: all, ranges: new Map([0, 7].map((shard) => [shard, hour])) }
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
    // A hundred hours far from each other, of which only the first and the last have what their counts promise.
    const hours = Array.from({ length: 100 }, (_, i) => ({
      first: i * 100 + 1,
      last: i * 100 + 30,
      events: 1,
    }))
    const { last } = hours.at(-1)!
    const texts = Array.from({ length: last }, (_, i) => body(i === 0 || i === last - 1 ? mine : other, i))
    let seconds = 0
    const find = createFindEvents({ eventLog: await logOf(texts), maxMs: 1, now: () => (seconds += 1_000) })
    const asked = { patternId: mine, span: all, ranges: new Map([[0, hours]]), limit: 5 }
    const page = await find(asked)
    expect(page.events.map(({ record }) => record.position)).toEqual([last])
    expect(page.next!.position).toBeGreaterThan(1)
    expect(await everyPage(find, asked, 5)).toEqual([last, 1])
  })

  it('are distinguished from the others that a log finds as well', async () => {
    const texts = Array.from({ length: 40 }, (_, i) =>
      (i % 4 === 0 ? body(other, i) : body(mine, i)).replace('{', i % 4 === 1 ? '{"test":true,' : '{'),
    )
    const log = await logOf(texts)
    const eventLog: Pick<typeof log, 'positionsOf' | 'readRanges'> = {
      positionsOf: async (_shard, [range]) =>
        Array.from({ length: range!.last - range!.first + 1 }, (_, i) => range!.first + i),
      readRanges: (shard, ranges) => log.readRanges(shard, ranges),
    }
    const asked = { patternId: mine, span: all, ranges: new Map([[0, [{ first: 1, last: 40, events: 20 }]]]) }
    const expected = texts.flatMap((_, i) => (i % 4 > 1 ? [i + 1] : [])).toReversed()
    expect(await everyPage(createFindEvents({ eventLog }), asked, 3)).toEqual(expected)
  })
})
