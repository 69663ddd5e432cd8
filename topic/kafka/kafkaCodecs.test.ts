import { produceWithJava } from '@patterns/testing/javaProducer.ts'
import { describe, expect, inject, test } from 'vitest'
import { createRecordingOwner } from '../testing/recordingOwner.ts'
import { attributesAt } from './batchHeader.ts'
import { fetchFrom } from './fetch.ts'
import { createTestTopic } from '../testing/kafkaTestTopic.ts'

const brokers = inject('kafkaBrokers')
const lines = Array.from({ length: 1_000 }, (_, index) => `message ${index}`)

type TestTopic = Awaited<ReturnType<typeof createTestTopic>>

const withTopic = async (
  configuration: Readonly<Record<string, string>>,
  work: (topic: TestTopic) => Promise<void>,
): Promise<void> => {
  const topic = await createTestTopic(brokers!, { partitions: 1, configuration })
  try {
    await work(topic)
  } finally {
    await topic.remove()
  }
}

/** What the broker has: the codec of the first batch, by its number. */
const storedCodec = async ({ client, topic }: TestTopic): Promise<number> => {
  const cluster = client.createCluster()
  await cluster.connect()
  await cluster.addTargetTopic(topic)
  const { leader } = cluster.findTopicPartitionMetadata(topic)[0]!
  const [answer] = await fetchFrom(await cluster.findBroker({ nodeId: leader }), {
    topic,
    topicId: null,
    partitions: [{ partition: 0, offset: 0, leaderEpoch: null }],
    maxWaitMs: 1_000,
    maxBytes: 1 << 20,
    maxBytesPerPartition: 1 << 20,
  })
  await cluster.disconnect()
  return answer!.records.readInt16BE(attributesAt) & 7
}

/** The values from an offset on, once the last line is there. */
const readFrom = async (topic: TestTopic, offset: number): Promise<(string | undefined)[]> => {
  const owner = createRecordingOwner({ offsets: new Map([[0, offset]]) })
  const source = topic.createSource()
  try {
    await source.start(owner)
    await owner.until(() => owner.messages.length >= lines.length - offset || source.stopped().length > 0)
    expect(source.stopped()).toEqual([])
    return owner.messages.map(({ value }) => value?.toString())
  } finally {
    await source.stop()
  }
}

describe.skipIf(brokers === null).concurrent('what a Java producer sends with', () => {
  test.each([
    ['gzip', 1],
    ['snappy', 2],
    ['lz4', 3],
    ['zstd', 4],
  ] as const)(
    '--compression-codec %s is read, also from the middle of a batch',
    (compression, codec) =>
      withTopic({}, async (topic) => {
        await produceWithJava({ brokers: brokers!, topic: topic.topic, compression, lines })
        expect(await storedCodec(topic)).toBe(codec)
        expect(await readFrom(topic, 400)).toEqual(lines.slice(400))
      }),
    60_000,
  )
})

describe.skipIf(brokers === null).concurrent('what our publisher sends to a topic with', () => {
  test.each([
    ['gzip', 1],
    ['snappy', 2],
    ['lz4', 3],
    ['zstd', 4],
  ] as const)('compression.type=%s is read', (compression, codec) =>
    withTopic({ 'compression.type': compression }, async (topic) => {
      const publisher = topic.createPublisher()
      await Promise.all(lines.map((value) => publisher.send({ key: 'k', value })))
      await publisher.stop()
      expect(await storedCodec(topic)).toBe(codec)
      expect(await readFrom(topic, 0)).toEqual(lines)
    }),
  )
})
