import { randomUUID } from 'node:crypto'
import { auditShard } from '@patterns/cli/log/auditShard.ts'
import { readDeadLetterOffsets, readDuplicates } from '@patterns/cli/log/readAccounts.ts'
import { readPositions } from '@patterns/cli/log/readShards.ts'
import type { EventLog } from '@patterns/event-log/eventLog.ts'
import { readAll } from '@patterns/event-log/testing/logFixture.ts'
import { createPostgresEventLog } from '@patterns/event-log/postgres/postgresEventLog.ts'
import { servedProjections } from '@patterns/read-model/served.ts'
import { decodeRecord } from '@patterns/shared/contract/decodeRecord.ts'
import type { TopicBatch, TopicMessage } from '@patterns/shared/contract/topicMessage.ts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createProjectorFixture, never } from '../testing/projectorFixture.ts'
import { isWorthRetrying } from './ownedShard.ts'
import { openShardLane, type ShardLane } from './shardLane.ts'

const fixture = createProjectorFixture()

/** What the owner of a shard does not survive. */
class Death extends Error {
  override readonly name = 'Death'
}

/** A log whose caller dies every so often: before a call, after it was committed, or in the midst of a split. */
const mortal = (log: EventLog, dies: () => boolean): EventLog => {
  const deadly =
    <Given extends unknown[], Answer>(call: (...given: Given) => Promise<Answer>) =>
    async (...given: Given): Promise<Answer> => {
      if (dies()) throw new Death()
      const answer = await call(...given)
      if (dies()) throw new Death()
      return answer
    }
  return {
    ...log,
    append: deadly(log.append),
    registerPatterns: deadly(log.registerPatterns),
    splitPatterns: deadly((patternIds, isTheirs, placesIn) =>
      log.splitPatterns(
        patternIds,
        (record) => {
          if (dies()) throw new Death()
          return isTheirs(record)
        },
        placesIn,
      ),
    ),
    findClaims: deadly(log.findClaims),
  }
}

const openLane = (shard: number, endOffset: number, log: EventLog): Promise<ShardLane> =>
  openShardLane({
    log,
    topic: 'topic',
    shard,
    source: async () => ({ startOffset: 0, endOffset, topicId: null }),
    history: { epochEnd: async () => undefined, valueAt: async () => undefined },
    duplicateHorizon: 1_000,
    clock: () => Date.UTC(2026, 0, 3),
    projector: {
      ...servedProjections.windows,
      pool: fixture.pool,
      flushIntervalMs: never,
      now: () => 0,
      onFailure: () => {},
    },
  })

/** A message of the history: which event, how its ids are spelled, and whether it says the same as others of its id. */
interface Sent {
  readonly event: number
  readonly isInCapitals: boolean
  readonly isContrary: boolean
}

const patterns = 4

const spelled = (id: string, isInCapitals: boolean): string => (isInCapitals ? id.toUpperCase() : id)

/** The messages of a partition. Ids are of this run alone. */
const partitionOf = (sent: readonly Sent[], run: string): TopicMessage[] =>
  sent.map(({ event, isInCapitals, isContrary }, offset) => ({
    offset,
    key: null,
    value: Buffer.from(
      JSON.stringify({
        event_id: spelled(`${run}${String(event).padStart(12, '0')}`, isInCapitals),
        type: 'pattern.used',
        schema_version: 1,
        pattern_id: spelled(`${run}${String(event % patterns).padStart(12, 'a')}`, isInCapitals),
        occurred_at: '2026-01-02T03:04:05Z',
        outcome: isContrary ? 'failure' : 'success',
      }),
    ),
    headers: undefined,
    timestamp: Date.UTC(2026, 0, 2, 3, 4, 6),
  }))

const batchOf = (
  shard: number,
  messages: readonly TopicMessage[],
  from: number,
  count: number,
): TopicBatch => {
  const taken = messages.slice(from, from + count)
  return {
    partition: shard,
    firstOffset: from,
    nextOffset: from + taken.length,
    messages: taken,
    endOffset: messages.length,
  }
}

/** Takes a partition to its end, however often its owner dies or is fenced off; flushes what it has. */
const takeAll = async (
  shard: number,
  messages: readonly TopicMessage[],
  log: EventLog,
  batchSize: () => number,
): Promise<void> => {
  for (let lane: ShardLane | undefined; ;) {
    try {
      lane ??= await openLane(shard, messages.length, log)
      if (lane.nextOffset() === messages.length) {
        await lane.flush()
        return lane.close()
      }
      await lane.take(batchOf(shard, messages, lane.nextOffset(), batchSize()))
    } catch (error) {
      if (!(error instanceof Death) && !isWorthRetrying(error)) throw error
      lane?.close()
      lane = undefined
    }
  }
}

const audit = async (log: EventLog, shard: number) =>
  auditShard({
    shard,
    head: (await log.head(shard))!,
    positions: await readPositions(log),
    records: log.read(shard, 0),
    duplicates: readDuplicates(fixture.pool, shard),
    deadLetters: readDeadLetterOffsets(fixture.pool, shard),
  })

const history = fc.record({
  partitions: fc.array(
    fc.array(
      fc.record({
        event: fc.nat(12),
        isInCapitals: fc.boolean(),
        isContrary: fc.integer({ max: 9, min: 0 }).map((drawn) => drawn === 0),
      }),
      { maxLength: 20, minLength: 5, size: 'max' },
    ),
    { minLength: 2, maxLength: 3, size: 'max' },
  ),
  /** How many processes believe to own each partition. */
  rivals: fc.integer({ min: 1, max: 2 }),
  /** Of a hundred calls to the log. */
  deaths: fc.constantFrom(0, 3, 10),
  random: fc.infiniteStream(fc.nat(99)),
})

describe('events that come in several partitions', () => {
  test('count once, whoever takes them, dies and takes them again', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(history, async ({ partitions, rivals, deaths, random }) => {
        const run = randomUUID().slice(0, 24)
        const next = (): number => random.next().value
        const log = createPostgresEventLog({ pool: fixture.pool })
        const shards = partitions.map((sent) => ({
          shard: fixture.newShard(),
          messages: partitionOf(sent, run),
        }))
        await Promise.all(
          shards.flatMap(({ shard, messages }) =>
            Array.from({ length: rivals }, () =>
              takeAll(
                shard,
                messages,
                mortal(log, () => next() < deaths),
                () => 1 + (next() % 8),
              ),
            ),
          ),
        )
        const records = (await Promise.all(shards.map(({ shard }) => readAll(log, shard)))).flat()
        const counted = records.map(({ eventId }) => eventId).toSorted()
        const sent = new Set(partitions.flat().map(({ event }) => `${run}${String(event).padStart(12, '0')}`))
        expect(counted).toEqual([...sent].toSorted())
        for (const { shard } of shards) expect((await audit(log, shard)).faults).toEqual([])
        const { rows } = await fixture.pool.query<{ uses: number }>(
          `select coalesce(sum(uses), 0)::int as uses from pattern_usage_stats
           where granularity = 'hour' and pattern_id::text like $1`,
          [`${run}%`],
        )
        expect(rows[0]!.uses).toBe(sent.size)
      }),
      { numRuns: 8, endOnFailure: true },
    )
  })

  test('have their home where they lay before there were homes', async () => {
    const run = randomUUID().slice(0, 24)
    const [shard, other] = [fixture.newShard(), fixture.newShard()]
    const log = createPostgresEventLog({ pool: fixture.pool })
    const messages = partitionOf(
      [0, 1, 2].map((event) => ({ event, isInCapitals: false, isContrary: false })),
      run,
    )
    const events = messages.map((message, event) => ({
      eventId: `${run}${String(event).padStart(12, '0')}`,
      occurredAt: message.timestamp,
      event: decodeRecord({ ...message, position: 0, eventId: '', value: message.value! }),
      message,
    }))
    const expected = await log.open(shard, 0)
    await log.append({ shard, expected, events, deadLetters: [], duplicates: [], nextSourceOffset: 3 })
    const lane = await openLane(shard, 3, log)
    lane.close()
    const ids = [0, 1, 2].map((pattern) => `${run}${String(pattern).padStart(12, 'a')}`)
    expect([...(await log.registerPatterns(other, ids)).values()]).toEqual(ids.map(() => 'elsewhere'))
  })
})
