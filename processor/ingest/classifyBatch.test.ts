import type { LogEnd } from '@patterns/event-log/eventLog.ts'
import { createMemoryEventLog } from '@patterns/event-log/testing/memoryEventLog.ts'
import type { TopicMessage } from '@patterns/shared/contract/topicMessage.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createDuplicateIndex } from './duplicateIndex.ts'
import { createKnownPatterns } from './knownPatterns.ts'
import type { FindPlaces } from './patternPlaces.ts'
import { createEventReader } from './readEventAt.ts'
import { type ClassifyContext, type ClassifiedBatch, classifyBatch } from './classifyBatch.ts'

const idOf = (id: number): string => `0197a3b4-5c6d-7e8f-9012-${id.toString(16).padStart(12, '0')}`

const patternId = '11111111-2222-4333-8444-55555555abcd'

const bodyOf = (id: number, rest: Readonly<Record<string, unknown>> = {}) => ({
  event_id: idOf(id),
  type: 'pattern.used',
  schema_version: 1,
  pattern_id: patternId,
  occurred_at: '2026-01-02T03:04:05.000Z',
  outcome: 'success',
  ...rest,
})

/** By the processor's clock. */
const now = Date.UTC(2026, 0, 2, 4)

const messageAt = (
  offset: number,
  value: unknown,
  key: Buffer | null = Buffer.from(patternId),
): TopicMessage => ({
  offset,
  key,
  value: Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)),
  headers: undefined,
  timestamp: Date.UTC(2026, 0, 2, 3, 4, 6) + offset,
})

const wholeLog: FindPlaces = async (_, __, position) => (position === 0 ? [] : [{ first: 1, last: position }])

/** A shard whose batches are classified and appended one after the other, as its lane does. */
const createShard = async ({ horizon = 1_000, shard = 0, log = createMemoryEventLog() } = {}) => {
  let head: LogEnd = await log.open(shard, 0)
  const context: ClassifyContext = {
    topic: 'pattern-usage-events',
    shard,
    log,
    index: createDuplicateIndex(horizon),
    clock: () => now,
    patterns: createKnownPatterns({ log, shard, placesOf: wholeLog }),
    readEventAt: createEventReader(log, shard),
  }
  return {
    context,
    async take(...values: unknown[]): Promise<ClassifiedBatch> {
      const messages = values.map((value, i) => messageAt(head.nextSourceOffset + i, value))
      const classified = await classifyBatch(messages, head.position, context)
      const { accepted: events, ...rest } = classified
      const nextSourceOffset = head.nextSourceOffset + messages.length
      const result = await log.append({ shard, expected: head, events, ...rest, nextSourceOffset })
      expect.assert(result.ok)
      head = result.head
      return classified
    },
  }
}

const offsets = ({ accepted, deadLetters, duplicates }: ClassifiedBatch) => ({
  accepted: accepted.map(({ message }) => message.offset),
  deadLetters: deadLetters.map(({ message, rejection }) => [message.offset, rejection.reason]),
  duplicates: duplicates.map(({ sourceOffset, position }) => [sourceOffset, position]),
})

describe('classifying a batch', () => {
  it('accepts events in order, with what the log and the projections need of them', async () => {
    const shard = await createShard()
    const { accepted } = await shard.take(bodyOf(1), bodyOf(2))
    expect(accepted).toMatchObject([
      {
        eventId: idOf(1),
        occurredAt: Date.UTC(2026, 0, 2, 3, 4, 5),
        recordedAt: Date.UTC(2026, 0, 2, 3, 4, 6),
        message: { offset: 0 },
        event: { eventId: idOf(1), outcome: 'success' },
      },
      { eventId: idOf(2), message: { offset: 1 } },
    ])
  })

  it('turns what is no event into a dead letter, and goes on', async () => {
    const shard = await createShard()
    expect(offsets(await shard.take('{', bodyOf(1), bodyOf(2, { outcome: 'ok' }), bodyOf(3)))).toEqual({
      accepted: [1, 3],
      deadLetters: [
        [0, 'not_json'],
        [2, 'schema'],
      ],
      duplicates: [],
    })
  })

  it('may find nothing to accept, or nothing at all', async () => {
    const shard = await createShard()
    const nothing = { accepted: [], deadLetters: [], duplicates: [] }
    expect(offsets(await shard.take())).toEqual(nothing)
    expect(offsets(await shard.take('x'))).toEqual({ ...nothing, deadLetters: [[0, 'not_json']] })
  })
})

describe('an event sent twice', () => {
  it('in one batch counts once', async () => {
    const shard = await createShard()
    await shard.take(bodyOf(7), bodyOf(8))
    expect(offsets(await shard.take(bodyOf(1), bodyOf(2), bodyOf(1), bodyOf(1)))).toEqual({
      accepted: [2, 3],
      deadLetters: [],
      duplicates: [
        [4, 3],
        [5, 3],
      ],
    })
  })

  it('in two batches counts once', async () => {
    const shard = await createShard()
    await shard.take(bodyOf(1), bodyOf(2))
    expect(offsets(await shard.take(bodyOf(3), bodyOf(2), bodyOf(1)))).toEqual({
      accepted: [2],
      deadLetters: [],
      duplicates: [
        [3, 2],
        [4, 1],
      ],
    })
  })

  it('with its fields in another order, or its ids in capitals, counts once', async () => {
    const shard = await createShard()
    const body = bodyOf(1, { context: { a: 1, b: [2] }, correlation_id: idOf(0xa) })
    await shard.take(body)
    const reordered = Object.fromEntries(Object.entries(body).toReversed())
    const inCapitals = {
      ...body,
      event_id: body.event_id.toUpperCase(),
      pattern_id: body.pattern_id.toUpperCase(),
      correlation_id: idOf(0xa).toUpperCase(),
    }
    const again = await shard.take(reordered, JSON.stringify(body, null, 2), inCapitals)
    expect(offsets(again).duplicates).toEqual([
      [1, 1],
      [2, 1],
      [3, 1],
    ])
  })

  it('by a number that a double cannot hold is another event if the number is another', async () => {
    const shard = await createShard()
    const withTrace = (number: string) => JSON.stringify(bodyOf(1)).replace('{', `{"trace":${number},`)
    const { deadLetters } = await shard.take(withTrace('9007199254740993'), withTrace('9007199254740992'))
    expect(deadLetters.map(({ rejection }) => rejection.reason)).toEqual(['id_conflict'])
    expect((await shard.take(withTrace('9007199254740993.0'))).duplicates).toHaveLength(1)
  })

  it('with other content is a conflict that names the event it contradicts', async () => {
    const shard = await createShard()
    await shard.take(bodyOf(5), bodyOf(1))
    const { accepted, deadLetters } = await shard.take(
      bodyOf(1, { outcome: 'failure' }),
      bodyOf(2),
      bodyOf(2, { quality_score: 1 }),
      bodyOf(1, { more: 7 }),
    )
    expect(accepted).toHaveLength(1)
    expect(deadLetters.map(({ message, rejection }) => [message.offset, rejection])).toEqual(
      [
        [2, 2],
        [4, 3],
        [5, 2],
      ].map(([offset, position]) => [
        offset,
        {
          reason: 'id_conflict',
          faults: [
            {
              path: 'event_id',
              message: `is the id of the event at position ${position}, which says something else`,
            },
          ],
        },
      ]),
    )
  })

  it('is not found by a rejected message: only what the log holds counts', async () => {
    const shard = await createShard()
    expect(offsets(await shard.take(bodyOf(1, { outcome: 'ok' }), bodyOf(1)))).toMatchObject({
      accepted: [1],
      duplicates: [],
    })
  })

  it('past the horizon counts again', async () => {
    const shard = await createShard({ horizon: 2 })
    await shard.take(bodyOf(1), bodyOf(2), bodyOf(3))
    expect(offsets(await shard.take(bodyOf(2), bodyOf(1)))).toEqual({
      accepted: [4],
      deadLetters: [],
      duplicates: [[3, 2]],
    })
  })
})

describe('the times that a message says', () => {
  const dayMs = 86_400_000

  it.each([
    ['kept as they are, where they are before the clock of whoever takes it', now - 60_000, now - 60_000],
    ['replaced, where the record has none', -1, now],
    ['replaced, if the record is of 1970', 86_400_000, now],
    ['replaced, if the record is of next year', now + 365 * dayMs, now],
  ])('are %s', async (_what, timestamp, recordedAt) => {
    const { context } = await createShard()
    const message = { ...messageAt(0, bodyOf(1)), timestamp }
    const { accepted } = await classifyBatch([message], 0, context)
    expect(accepted).toMatchObject([{ recordedAt, message: { offset: 0, timestamp: recordedAt } }])
  })

  it('make it a dead letter if it is of next year, whatever the record says', async () => {
    const { context } = await createShard()
    const ahead = now + 365 * dayMs
    const body = bodyOf(1, { occurred_at: new Date(ahead).toISOString() })
    const { deadLetters } = await classifyBatch([{ ...messageAt(0, body), timestamp: ahead }], 0, context)
    expect(deadLetters.map(({ rejection }) => rejection.reason)).toEqual(['future_time'])
  })
})

describe('an id that another one collides with', () => {
  it('is accepted: the hash alone never drops an event', async () => {
    const shard = await createShard()
    await shard.take(bodyOf(1))
    const colliding = { ...shard.context, index: { add: () => {}, find: () => 1, forgetAfter: () => {} } }
    const classified = await classifyBatch([messageAt(1, bodyOf(2))], 1, colliding)
    expect(offsets(classified)).toEqual({ accepted: [1], deadLetters: [], duplicates: [] })
  })
})

describe('an event that another shard has', () => {
  const bodies = [bodyOf(1), bodyOf(2), bodyOf(3)]

  it('is a duplicate of it, wherever its first lies', async () => {
    const log = createMemoryEventLog()
    const home = await createShard({ log, shard: 0 })
    await home.take(bodyOf(9), ...bodies)
    const other = await createShard({ log, shard: 1 })
    const classified = await other.take(bodyOf(4), ...bodies.toReversed(), bodyOf(4))
    expect(offsets(classified)).toMatchObject({ accepted: [0], deadLetters: [] })
    expect(classified.duplicates).toEqual([
      { sourceOffset: 1, shard: 0, position: 4 },
      { sourceOffset: 2, shard: 0, position: 3 },
      { sourceOffset: 3, shard: 0, position: 2 },
      { sourceOffset: 4, shard: 1, position: 1 },
    ])
    expect(classified.claims).toEqual([{ eventId: idOf(4), position: 1 }])
  })

  it('and says otherwise is a conflict that names the other', async () => {
    const log = createMemoryEventLog()
    await (await createShard({ log, shard: 0 })).take(...bodies)
    const other = await createShard({ log, shard: 1 })
    const { deadLetters } = await other.take(bodyOf(2, { outcome: 'failure' }))
    expect(deadLetters.map(({ rejection }) => rejection)).toEqual([
      {
        reason: 'id_conflict',
        faults: [
          {
            path: 'event_id',
            message: 'is the id of the event at position 2 of shard 0, which says something else',
          },
        ],
      },
    ])
  })

  it('is found also beyond the horizon once its pattern is split', async () => {
    const log = createMemoryEventLog()
    const other = await createShard({ log, shard: 1 })
    await other.take(bodyOf(100))
    const home = await createShard({ log, shard: 0, horizon: 2 })
    await home.take(...bodies)
    await home.take(bodyOf(5), bodyOf(6))
    expect(offsets(await home.take(bodyOf(1), bodyOf(100)))).toEqual({
      accepted: [],
      deadLetters: [],
      duplicates: [
        [5, 1],
        [6, 1],
      ],
    })
  })

  it('is its own event if only the id of another pattern is alike', async () => {
    const log = createMemoryEventLog()
    await (await createShard({ log, shard: 0 })).take(...bodies)
    const another = bodyOf(1, { pattern_id: '22222222-2222-4333-8444-555555555555' })
    expect(offsets(await (await createShard({ log, shard: 1 })).take(another))).toMatchObject({
      accepted: [0],
    })
  })
})

describe('a key that is not the id of the pattern', () => {
  it('is counted, of all that is an event', async () => {
    const { context } = await createShard()
    const keys = [patternId, null, patternId.toUpperCase(), 'key', `${patternId}0`, '']
    const messages = keys.map((key, i) =>
      messageAt(i, i === 3 ? '{' : bodyOf(i), key === null ? null : Buffer.from(key)),
    )
    expect((await classifyBatch(messages, 0, context)).keyMismatches).toBe(4)
  })
})

describe('whatever the batches', () => {
  it('each message is in one list, and the log holds each id once, as it was first sent', async () => {
    const messages = fc.array(
      fc.tuple(fc.integer({ min: 1, max: 12 }), fc.constantFrom('success', 'failure', 'bad')),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(messages), async (batches) => {
        const shard = await createShard()
        const firstOutcomes = new Map<number, string>()
        for (const batch of batches) {
          const classified = await shard.take(...batch.map(([id, outcome]) => bodyOf(id, { outcome })))
          const expected = { accepted: 0, deadLetters: 0, duplicates: 0 }
          for (const [id, outcome] of batch) {
            const first = firstOutcomes.get(id)
            if (outcome === 'bad') expected.deadLetters++
            else if (first === undefined) {
              expected.accepted++
              firstOutcomes.set(id, outcome)
            } else if (first === outcome) expected.duplicates++
            else expected.deadLetters++
          }
          expect({
            accepted: classified.accepted.length,
            deadLetters: classified.deadLetters.length,
            duplicates: classified.duplicates.length,
          }).toEqual(expected)
        }
      }),
    )
  })
})
