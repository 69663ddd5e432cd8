import { createPostgresEventLog } from '@patterns/event-log/postgres/postgresEventLog.ts'
import { benchmarkMessages } from '@patterns/generator/benchmark.ts'
import { createRandom, type Random } from '@patterns/generator/random.ts'
import { createLogger } from '@patterns/shared/logger.ts'
import {
  createKafkaClient,
  createPartitioner,
  type KafkaClient,
} from '@patterns/topic/kafka/kafkajs/kafkajs.ts'
import { createKafkaPublisher } from '@patterns/topic/kafka/kafkaPublisher.ts'
import type { OutgoingMessage } from '@patterns/topic/publisher.ts'
import pg from 'pg'
import { describe, expect, inject, test } from 'vitest'
import { expectExact, readProgress, untilSettled } from './testing/expectExact.ts'
import { createPipelineFixture, type PipelineFixture } from './testing/pipelineFixture.ts'
import { readSentEvent } from './testing/sentEvent.ts'
import { until } from './testing/until.ts'

const brokers = inject('kafkaBrokers')

/** How producers of one topic come to choose another partition for the same event. */
const ways = {
  java: createPartitioner('events', 'murmur2'),
  librdkafka: createPartitioner('events', 'crc32'),
} as const

const placedBy = (way: keyof typeof ways, message: OutgoingMessage, partitions: number): OutgoingMessage => ({
  ...message,
  partition: ways[way](message.key, partitions),
})

/** A retry of a producer that knows no keys. */
const placedAnywhere = (message: OutgoingMessage, partitions: number, random: Random): OutgoingMessage => ({
  ...message,
  key: null,
  partition: random.below(partitions),
})

const eventsOf = (seed: string, count: number, patterns: number): OutgoingMessage[] => [
  ...benchmarkMessages({ seed, count, patterns, startAt: Date.now() - 3_600_000, eventsPerSecond: 1 }),
]

/**
 * Each event that was sent is in the log once, wherever it came; and all tables are what that gives. Which of its
 * messages came first only the log can say.
 */
const expectOnce = async (fixture: PipelineFixture, events: number): Promise<void> => {
  const { pool, ledger, topic } = fixture
  const log = createPostgresEventLog({ pool })
  const appended = new Set<string>()
  const ids: string[] = []
  for (const shard of await log.shards()) {
    for await (const page of log.read(shard, 0)) {
      for (const { sourceOffset, eventId } of page) {
        appended.add(`${shard}:${sourceOffset}`)
        ids.push(eventId)
      }
    }
  }
  const sentIds = new Set(ledger.sent.map((message) => readSentEvent(message, topic).eventId))
  expect(ids.toSorted()).toEqual([...sentIds].toSorted())
  expect(ids).toHaveLength(events)
  const sent = ledger.sent.map((message) => ({
    ...message,
    fate: appended.has(`${message.partition}:${message.offset}`)
      ? ('event' as const)
      : ('duplicate' as const),
  }))
  await expectExact({ ...fixture, ledger: { ...ledger, sent } })
}

/** Sends messages once more, by a publisher that knows of the partitions that were added. */
const sendAgain = async (
  { ledger, topic }: PipelineFixture,
  client: KafkaClient,
  messages: readonly OutgoingMessage[],
): Promise<void> => {
  const publisher = createKafkaPublisher({ client, topic, logger: createLogger('faults', 'silent') })
  const timestamp = Date.now()
  const deliveries = await Promise.all(messages.map((message) => publisher.send({ ...message, timestamp })))
  for (const [i, { partition, offset }] of deliveries.entries()) {
    const { key, value } = messages[i]!
    const bytes = { key: Buffer.from(key!), value: Buffer.from(value!) }
    ledger.add({ partition, offset, timestamp, ...bytes, headers: undefined, fate: 'event' })
  }
  await publisher.stop()
}

const withFixture = async (work: (fixture: PipelineFixture) => Promise<void>): Promise<void> => {
  const fixture = await createPipelineFixture({ brokers: brokers! })
  try {
    await work(fixture)
  } finally {
    await fixture.close()
  }
}

/**
 * Starts a processor that cannot go on past a lock, and kills it while it waits for that, so far as `isThere` says. What
 * its connections wait for at that moment may still be done once the lock is gone, as after any death.
 */
const killAt = async (
  fixture: PipelineFixture,
  name: string,
  lock: string,
  isThere: string,
): Promise<void> => {
  const holder = new pg.Client({ connectionString: fixture.environment['DATABASE_URL'] })
  await holder.connect()
  try {
    await holder.query('begin')
    await holder.query(lock)
    const processor = fixture.spawn({ KAFKA_GROUP_ID: `${fixture.topic}-${name}` })
    await until(`the processor waits while ${name}`, async () => {
      const { rows } = await fixture.pool.query(
        `select from pg_stat_activity where application_name = 'pattern-dashboard-processor'
         and datname = current_database() and wait_event_type = 'Lock' and (${isThere})`,
      )
      return rows.length > 0 ? true : undefined
    })
    await processor.kill()
  } finally {
    await holder.end()
  }
}

describe.skipIf(brokers === null).concurrent('an event that comes in several partitions counts once', () => {
  test('when the processor is killed between any two steps', { timeout: 240_000 }, async () => {
    await withFixture(async (fixture) => {
      const { ledger } = fixture
      const [first, second] = [eventsOf('first', 200, 10), eventsOf('second', 200, 10)]
      await ledger.sendAs('event', ...first.map((message) => placedBy('java', message, 4)))
      const settled = await fixture.start({ KAFKA_GROUP_ID: `${fixture.topic}-settled` })
      await untilSettled(fixture)
      await settled.kill()
      await ledger.sendAs(
        'event',
        ...[...first, ...second].map((message) => placedBy('librdkafka', message, 4)),
        ...second.map((message) => placedBy('java', message, 4)),
      )

      const isSplit = 'select count(*) from pattern_homes where is_split'
      const isClaimed = 'select count(*) from claimed_events'
      await killAt(
        fixture,
        'registering',
        'lock table claimed_events in share mode',
        '(select count(*) from pattern_homes) > 10',
      )
      await killAt(
        fixture,
        'splitting',
        'select from event_log_shards for update',
        `(${isClaimed}) > 0 and (${isSplit}) = 0`,
      )
      await killAt(fixture, 'appending', 'lock table event_log_segments in share mode', `(${isSplit}) > 0`)

      const last = await fixture.start({ KAFKA_GROUP_ID: `${fixture.topic}-last` })
      await untilSettled(fixture)
      await expectOnce(fixture, 400)
      const { text } = await last.ask('/metrics')
      expect(text).toMatch(/pattern_split_patterns [1-9]/)
    })
  })

  test(
    'through producers of both kinds, retries without a key, added partitions, rivals and kills',
    { timeout: 240_000 },
    async () => {
      await withFixture(async (fixture) => {
        const { ledger, pool, topic } = fixture
        const random = createRandom('split')
        const messages = eventsOf('kinds', 2_000, 200)
        const sending = (async () => {
          for (let i = 0; i < messages.length; i += 50) {
            const some = messages.slice(i, i + 50)
            await ledger.sendAs(
              'event',
              ...some.map((message) => placedBy('java', message, 4)),
              ...some.map((message) => placedBy('librdkafka', message, 4)),
              ...some.slice(0, 10).map((message) => placedAnywhere(message, 4, random)),
            )
            // In step, so that each life has something to take.
            await until('they take what is sent', async () =>
              (await readProgress(pool)).messages > ledger.sent.length - 1_000 ? true : undefined,
            )
          }
        })()
        for (let life = 0; life < 4; life++) {
          // Rivals for the same partitions in every second life.
          const groups = life % 2 === 0 ? ['one', 'one'] : ['one', 'other']
          const processors = groups.map((group) =>
            fixture.spawn({ KAFKA_GROUP_ID: `${topic}-${life}-${group}`, FLUSH_INTERVAL_MS: '25' }),
          )
          const { messages: before } = await readProgress(pool)
          const after = before + 1 + random.below(600)
          await until('they take messages', async () =>
            (await readProgress(pool)).messages >= after ? true : undefined,
          )
          await Promise.all(processors.map((processor) => processor.kill()))
        }
        const survivor = await fixture.start({ KAFKA_GROUP_ID: `${topic}-survivor` })
        await sending
        await survivor.kill()

        const client = createKafkaClient({ brokers: brokers!.split(',') }, createLogger('faults', 'silent'))
        const admin = client.createAdmin()
        await admin.connect()
        await admin.createPartitions({ topicPartitions: [{ topic, count: 6 }] })
        await admin.disconnect()
        await sendAgain(
          fixture,
          client,
          messages.map((message) => placedBy('java', message, 6)),
        )
        await fixture.start({ KAFKA_GROUP_ID: `${topic}-last` })
        await untilSettled(fixture)
        await expectOnce(fixture, messages.length)
      })
    },
  )
})
