import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest'
import { createRecordingOwner } from '../testing/recordingOwner.ts'
import type { FetchAnswer } from './fetch.ts'
import type { KafkaClient, KafkaCluster, KafkaNode } from './kafkajs/kafkajs.ts'
import { createTestTopic } from '../testing/kafkaTestTopic.ts'

const brokers = inject('kafkaBrokers')
/** KAFKA_STORAGE_ERROR, FETCH_SESSION_TOPIC_ID_ERROR: of one partition, of a whole answer. */
const [storageError, sessionError] = [56, 106]

/** What `target` has, with `changed` in place of some of it. */
const withChanged = <Target extends object>(target: Target, changed: Partial<Target>): Target =>
  new Proxy(target, {
    get(of, name) {
      if (name in changed) return Reflect.get(changed, name)
      const value: unknown = Reflect.get(of, name)
      return typeof value === 'function' ? (value.bind(of) as unknown) : value
    },
  })

/** A client of a real broker whose answers to fetches are changed on the way. */
const changeFetches = (client: KafkaClient, change: (answer: FetchAnswer) => FetchAnswer): KafkaClient => {
  const changeNode = (node: KafkaNode) =>
    withChanged(node, {
      connectionPool: withChanged(node.connectionPool, {
        async send(call) {
          const answer = await node.connectionPool.send(call)
          const { apiName } = call.request as { readonly apiName: string }
          return apiName === 'Fetch' ? (change(answer as FetchAnswer) as typeof answer) : answer
        },
      }),
    })
  const changeCluster = (cluster: KafkaCluster) =>
    withChanged(cluster, { findBroker: async (of) => changeNode(await cluster.findBroker(of)) })
  return { ...client, createCluster: (options) => changeCluster(client.createCluster(options)) }
}

describe.skipIf(brokers === null)('errors that last', () => {
  let topic: Awaited<ReturnType<typeof createTestTopic>>
  let change: (answer: FetchAnswer) => FetchAnswer
  let answers: number
  const owner = createRecordingOwner()
  const open = async () => {
    const client = changeFetches(topic.client, (answer) => {
      const changed = change(answer)
      if (changed !== answer) answers++
      return changed
    })
    const source = topic.createSource({ client })
    const publisher = topic.createPublisher()
    await source.start(owner)
    return { source, publisher, stop: async () => Promise.all([source.stop(), publisher.stop()]) }
  }
  beforeEach(async () => {
    topic = await createTestTopic(brokers!, { partitions: 2 })
    owner.messages.length = 0
    owner.offsets.clear()
    answers = 0
    change = (answer) => answer
  })
  afterEach(async () => {
    await topic.remove()
  })

  test('of one partition hold up no other, and are told', { timeout: 60_000 }, async () => {
    change = (answer) =>
      answer.partitions.some(({ partition }) => partition === 1)
        ? {
            ...answer,
            partitions: answer.partitions.map((of) =>
              of.partition === 1 ? { ...of, errorCode: storageError, records: Buffer.alloc(0) } : of,
            ),
          }
        : answer
    const { source, publisher, stop } = await open()
    await publisher.send({ key: null, value: 'kept back', partition: 1 })
    let sent = 0
    while (source.retrying().length === 0) {
      await publisher.send({ key: null, value: 'v', partition: 0 })
      sent++
      await owner.until(() => owner.messages.length === sent, 5_000)
    }
    expect(source.retrying()).toEqual([
      { partition: 1, error: expect.objectContaining({ type: 'KAFKA_STORAGE_ERROR' }) },
    ])
    expect(source.status()).toBe('up')
    expect(source.stopped()).toEqual([])
    expect(answers).toBeLessThan(30)
    change = (answer) => answer
    await owner.until(() => owner.messages.some(({ value }) => value?.toString() === 'kept back'))
    expect(source.retrying()).toEqual([])
    await stop()
  })

  test('of a whole answer are seen, and do not spin', { timeout: 60_000 }, async () => {
    change = (answer) => ({ ...answer, errorCode: sessionError, partitions: [] })
    const { source, publisher, stop } = await open()
    await owner.until(() => source.retrying().length === 2)
    expect(source.retrying()[0]?.error.message).toMatch(/106/)
    expect(source.status()).toBe('down')
    expect(answers).toBeLessThan(40)
    change = (answer) => answer
    await publisher.send({ key: null, value: 'v', partition: 0 })
    await owner.until(() => owner.messages.length === 1 && source.retrying().length === 0)
    await stop()
  })
})
