import { randomUUID } from 'node:crypto'
import { createLogger } from '@patterns/shared/logger.ts'
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import { createRecordingOwner, type RecordingOwner } from '../testing/recordingOwner.ts'
import { createTestTopic } from '../testing/kafkaTestTopic.ts'
import { createKafkaClient } from './kafkajs/kafkajs.ts'

const brokers = inject('kafkaBrokers')

describe.skipIf(brokers === null)('records of a real broker', () => {
  let topic: Awaited<ReturnType<typeof createTestTopic>>
  beforeEach(async () => {
    topic = await createTestTopic(brokers!, { partitions: 1 })
  })
  afterEach(async () => topic.remove())

  const read = async (
    owner: RecordingOwner,
    until: (source: ReturnType<typeof topic.createSource>) => boolean,
  ) => {
    const source = topic.createSource()
    try {
      await source.start(owner)
      await owner.until(() => until(source))
    } finally {
      await source.stop()
    }
  }
  const values = (owner: RecordingOwner) => owner.messages.map(({ value }) => value?.toString())

  it('leaves out aborted transactions and control records, and accounts for their offsets', async () => {
    const producer = topic.client.createProducer({
      transactionalId: randomUUID(),
      maxInFlightRequests: 1,
      idempotent: true,
    })
    await producer.connect()
    const send = async (value: string, end: 'commit' | 'abort') => {
      const transaction = await producer.transaction()
      await transaction.send({ topic: topic.topic, messages: [{ value }, { value }] })
      await transaction[end]()
    }
    await send('kept 1', 'commit') // offsets 0 to 1, marker 2
    await send('aborted', 'abort') // offsets 3 to 4, marker 5
    await send('kept 2', 'commit') // offsets 6 to 7, marker 8
    await producer.disconnect()

    const owner = createRecordingOwner()
    await read(owner, () => owner.offsets.get(0) === 9)
    expect(owner.messages.map(({ offset }) => offset)).toEqual([0, 1, 6, 7])
    expect(values(owner)).toEqual(['kept 1', 'kept 1', 'kept 2', 'kept 2'])
    let next = 0
    for (const batch of owner.batches) {
      expect(batch.firstOffset).toBe(next)
      next = batch.nextOffset
    }
  })

  it('never resets by itself when the topic no longer holds the next offset', async () => {
    const publisher = topic.createPublisher()
    const sent = Array.from({ length: 10 }, async (_, index) =>
      publisher.send({ key: null, value: `${index}` }),
    )
    await Promise.all(sent)
    await publisher.stop()
    await topic.deleteBefore(0, 6)

    const behind = createRecordingOwner({ offsets: new Map([[0, 3]]) })
    let reason = ''
    await read(behind, (source) => {
      reason = source.stopped()[0]?.error.message ?? ''
      return reason !== ''
    })
    expect(reason).toBe('Partition 0 cannot be read from offset 3: it holds 6 to 10')
    expect(behind.messages).toEqual([])

    const informed = createRecordingOwner({ offsets: new Map([[0, 6]]) })
    await read(informed, () => informed.messages.length === 4)
    expect(values(informed)).toEqual(['6', '7', '8', '9'])
  })

  it('asks the owner again when what it reads next is deleted while it runs', async () => {
    const publisher = topic.createPublisher({ batching: { maxMessages: 1 } })
    const source = topic.createSource({ maxBytesPerPartition: 1 })
    const gate = Promise.withResolvers<void>()
    const owner = createRecordingOwner({
      take: async ({ firstOffset }) => (firstOffset === 0 ? gate.promise : undefined),
    })
    try {
      await Promise.all(
        Array.from({ length: 8 }, async (_, index) => publisher.send({ key: null, value: `${index}` })),
      )
      await source.start(owner)
      await owner.until(() => owner.batches.length === 1)
      await topic.deleteBefore(0, 8)
      gate.resolve()
      await owner.until(() => source.stopped().length === 1)
      expect(source.stopped()[0]?.error.message).toMatch(/cannot be read from offset \d: it holds 8 to 8/)
      expect(owner.log.slice(0, 3)).toEqual(['assigned 0 at 8', 'revoked 0', 'assigned 0 at 8'])
    } finally {
      await source.stop()
      await publisher.stop()
    }
  })

  it('commits its offsets to Kafka for the tools that look there', async () => {
    const publisher = topic.createPublisher()
    await publisher.send({ key: 'k', value: 'v' })
    await publisher.stop()
    const owner = createRecordingOwner()
    await read(owner, () => owner.messages.length === 1)
    const [committed] = await topic.admin.fetchOffsets({ groupId: topic.topic, topics: [topic.topic] })
    expect(committed?.partitions).toMatchObject([{ partition: 0, offset: '1' }])
  })

  it('creates a missing topic if it may, and else names the setting', async () => {
    const missing = await createTestTopic(brokers!, { partitions: 0 })
    const forbidden = missing.createSource({ createWithPartitions: 0 })
    await expect(forbidden.start(createRecordingOwner())).rejects.toThrow(
      `KAFKA_TOPIC: topic ${missing.topic} does not exist`,
    )
    const source = missing.createSource({ createWithPartitions: 3 })
    const owner = createRecordingOwner()
    await source.start(owner)
    await owner.until(() => owner.log.length === 3)
    expect(await source.ends()).toHaveLength(3)
    await source.stop()
    await missing.remove()
  })

  it('rejects a start if no broker answers, in one line that names the setting', async () => {
    const logger = createLogger('test', 'silent')
    const client = createKafkaClient({ brokers: ['127.0.0.1:1'] }, logger)
    const { createKafkaSource } = await import('./kafkaSource.ts')
    const source = createKafkaSource({ client, topic: 'any', groupId: 'any', logger })
    await expect(source.start(createRecordingOwner())).rejects.toThrow(
      /^KAFKA_BROKERS: no Kafka answers at 127\.0\.0\.1:1: [^\n]*$/,
    )
    await expect(source.ends()).rejects.toThrow('ECONNREFUSED')
  })

  it('rejects a message that the broker finds too large, and only that', async () => {
    const publisher = topic.createPublisher()
    const small = publisher.send({ key: 'k', value: 'small' })
    const large = publisher.send({ key: 'k', value: 'x'.repeat(6 << 20) })
    const after = publisher.send({ key: 'k', value: 'small too' })
    await expect(large).rejects.toThrow(/Kafka did not take 1 messages/)
    expect(await small).toEqual({ partition: 0, offset: 0 })
    expect(await after).toEqual({ partition: 0, offset: 1 })
    await publisher.stop()
  })
})
