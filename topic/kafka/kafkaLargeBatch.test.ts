import { setTimeout as delay } from 'node:timers/promises'
import { expect, inject, test } from 'vitest'
import { createRecordingOwner } from '../testing/recordingOwner.ts'
import { CompressionTypes } from './kafkajs/kafkajs.ts'
import { createTestTopic } from '../testing/kafkaTestTopic.ts'

const brokers = inject('kafkaBrokers')
const topicResource = 2

test.skipIf(brokers === null)(
  'a batch above the limit of a fetch gets through beside a partition that always has something',
  async () => {
    const topic = await createTestTopic(brokers!, { partitions: 2 })
    await topic.admin.alterConfigs({
      validateOnly: false,
      resources: [
        {
          type: topicResource,
          name: topic.topic,
          configEntries: [{ name: 'max.message.bytes', value: String(8 << 20) }],
        },
      ],
    })
    const [busy, large] = [topic.createPublisher(), topic.createPublisher()]
    const owner = createRecordingOwner()
    const source = topic.createSource()
    await source.start(owner)
    let isOver = false
    const traffic = (async () => {
      while (!isOver) {
        await busy.send({ key: 'k', value: 'small', partition: 0 })
        await delay(5)
      }
    })()
    const taken = (partition: number) =>
      owner.batches.filter((batch) => batch.partition === partition).flatMap(({ messages }) => messages)
    await owner.until(() => taken(0).length > 0)
    await large.send({ key: 'k', value: Buffer.alloc(4 << 20), partition: 1 })
    await large.send({ key: 'k', value: 'after', partition: 1 })
    await owner.until(() => taken(1).length === 2)
    isOver = true
    await traffic
    await Promise.all([source.stop(), busy.stop(), large.stop()])
    await topic.remove()
  },
  60_000,
)

test.skipIf(brokers === null)(
  'a compressed batch that would fill the memory stops its partition with the reason',
  async () => {
    const topic = await createTestTopic(brokers!, { partitions: 1 })
    const producer = topic.client.createProducer()
    await producer.connect()
    const value = Buffer.alloc(1 << 20, ' ')
    const messages = Array.from({ length: 130 }, () => ({ key: 'k', value }))
    await producer.send({ topic: topic.topic, compression: CompressionTypes.GZIP, messages })
    await producer.disconnect()
    const owner = createRecordingOwner()
    const source = topic.createSource()
    await source.start(owner)
    await owner.until(() => source.stopped().length === 1)
    expect(source.stopped()[0]?.error.message).toBe(
      'The batch of offsets 0 to 129 cannot be read: it would unpack to more than 128 MiB. ' +
        'Run "npm run cli -- shards skip --shard 0" to go on behind it.',
    )
    await source.stop()
    await topic.remove()
  },
  60_000,
)
