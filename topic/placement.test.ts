import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, inject, it } from 'vitest'
import { createFilePublisher } from './file/filePublisher.ts'
import { createPartitioner } from './kafka/kafkajs/kafkajs.ts'
import { createTestTopic } from './testing/kafkaTestTopic.ts'

const brokers = inject('kafkaBrokers')

// From Kafka's own test of its partitioner's hash, UtilsTest.testMurmur2.
const murmur2: [string, number][] = [
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
]

// From librdkafka's own test of its partitioners, 0048-partitioner.c.
const crc32: [string, number][] = [
  ['23456', 0xb1b451d7],
  ['this is another string with more length to it perhaps', 0xb0150df7],
  ['hejsan', 0xd077037e],
]

describe('where a key lies', () => {
  it.each(crc32)('by crc32 is what librdkafka says for %s', (key, hash) => {
    const choose = createPartitioner('any', 'crc32')
    for (const partitions of [1, 4, 17]) {
      expect(choose(key, partitions)).toBe(hash % partitions)
      expect(choose(Buffer.from(key), partitions)).toBe(hash % partitions)
    }
  })

  it('is any partition in turn if there is no key', () => {
    const choose = createPartitioner('any', 'crc32')
    for (const none of [null, '', Buffer.alloc(0)]) {
      const chosen = Array.from({ length: 12 }, () => choose(none, 4))
      expect(new Set(chosen).size, String(none)).toBeGreaterThan(1)
    }
  })

  it.each(murmur2)('is what the hash of Kafka says for %s', (key, hash) => {
    const choose = createPartitioner('any')
    for (const partitions of [1, 4, 7, 64]) {
      const expected = (hash & 0x7fffffff) % partitions
      expect(choose(key, partitions)).toBe(expected)
      expect(choose(Buffer.from(key), partitions)).toBe(expected)
      expect(choose(key, partitions)).toBe(expected)
    }
  })

  it.skipIf(brokers === null)('is the same in the file topic and in Kafka', async () => {
    const dataDir = await mkdtemp(path.join(tmpdir(), 'patterns-placement-'))
    const kafka = await createTestTopic(brokers!)
    const publishers = [
      createFilePublisher({ dataDir, topic: 'events', createWithPartitions: 4 }),
      kafka.createPublisher(),
    ]
    const keys = Array.from({ length: 200 }, (_, index) => `schlüssel-${index}`)
    const [inFile, inKafka] = await Promise.all(
      publishers.map(async (publisher) =>
        Promise.all(keys.map(async (key) => publisher.send({ key, value: 'v' }))),
      ),
    )
    expect(inFile).toEqual(inKafka)
    await Promise.all(publishers.map(async (publisher) => publisher.stop()))
    await kafka.remove()
    await rm(dataDir, { recursive: true })
  })
})
