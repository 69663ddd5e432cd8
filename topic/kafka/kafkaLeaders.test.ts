import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createLogger } from '@patterns/shared/logger.ts'
import { freePort } from '@patterns/testing/freePort.ts'
import { startKafkaBroker } from '@patterns/testing/kafkaBroker.ts'
import { startProxy } from '@patterns/testing/proxy.ts'
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest'
import { createRecordingOwner } from '../testing/recordingOwner.ts'
import { createKafkaClient } from './kafkajs/kafkajs.ts'
import { createKafkaPublisher } from './kafkaPublisher.ts'
import { createKafkaSource } from './kafkaSource.ts'

/** Two brokers: the first is the controller as well, and coordinates the groups; the second is reached through a proxy. */
const startPair = async () => {
  const root = await mkdtemp(path.join(tmpdir(), 'patterns-pair-'))
  const host = '127.0.0.1'
  const [port, controllerPort, otherPort] = [await freePort(), await freePort(), await freePort()]
  const proxy = await startProxy({ port: otherPort })
  const common = {
    'controller.quorum.voters': `1@${host}:${controllerPort}`,
    // Leaders go back to where they are preferred within seconds.
    'auto.leader.rebalance.enable': 'true',
    'leader.imbalance.check.interval.seconds': '1',
  }
  const options = { isShortLived: true, heapMebibytes: 256 }
  const first = await startKafkaBroker({
    ...options,
    dir: path.join(root, '1'),
    port,
    properties: {
      ...common,
      listeners: `PLAINTEXT://${host}:${port},CONTROLLER://${host}:${controllerPort}`,
    },
  })
  const startOther = () =>
    startKafkaBroker({
      ...options,
      dir: path.join(root, '2'),
      port: otherPort,
      clusterId: first.clusterId,
      properties: {
        ...common,
        'process.roles': 'broker',
        'node.id': '2',
        listeners: `PLAINTEXT://${host}:${otherPort}`,
        'advertised.listeners': `PLAINTEXT://${host}:${proxy.port}`,
      },
    })
  return { first, startOther, proxy, remove: () => rm(root, { recursive: true, force: true }) }
}

describe.skipIf(inject('kafkaBrokers') === null)('partitions on two brokers', () => {
  const logger = createLogger('test', 'silent')
  const run = async () => {
    const pair = await startPair()
    const client = createKafkaClient({ brokers: [pair.first.brokers] }, logger)
    const admin = client.createAdmin()
    await admin.connect()
    const create = async (topic: string, replicas: readonly number[][]) => {
      const replicaAssignment = replicas.map((of, partition) => ({ partition, replicas: of }))
      await admin.createTopics({ topics: [{ topic, replicaAssignment }], waitForLeaders: false })
    }
    const open = async (topic: string) => {
      const owner = createRecordingOwner()
      const source = createKafkaSource({ client, topic, groupId: topic, logger, metadataMaxAgeMs: 1_000 })
      const publisher = createKafkaPublisher({ client, topic, logger })
      await source.start(owner)
      return { owner, source, publisher }
    }
    // The group's own topic comes to be on the first broker, before there is another.
    await create('before', [[1]])
    const { source, publisher } = await open('before')
    await Promise.all([source.stop(), publisher.stop()])
    const other = await pair.startOther()
    /** Of partition 0; nobody while the brokers do not know the topic yet. */
    const leaderOf = async (topic: string) => {
      const known = await admin.fetchTopicMetadata({ topics: [topic] }).catch(() => undefined)
      return known?.topics[0]?.partitions.find(({ partitionId }) => partitionId === 0)?.leader
    }
    return { ...pair, client, other, admin, create, open, leaderOf }
  }
  let pair: Awaited<ReturnType<typeof run>>

  beforeAll(async () => {
    pair = await run()
  }, 120_000)
  afterAll(async () => {
    await pair.admin.disconnect()
    await Promise.all([pair.first.kill(), pair.other.kill(), pair.proxy.cut()])
    await pair.remove()
  })

  test('are read on from a leader that took over while no fetch failed', { timeout: 120_000 }, async () => {
    const { create, open, leaderOf, other } = pair
    await create('moved', [[2, 1]])
    await vi.waitUntil(async () => (await leaderOf('moved')) === 2, { timeout: 30_000, interval: 200 })
    const { owner, source, publisher } = await open('moved')
    let sent = 0
    const sendOne = async () => {
      await publisher.send({ key: 'k', value: `${sent++}` })
      await owner.until(() => owner.messages.length === sent, 30_000)
    }
    await sendOne()
    await other.stop()
    await sendOne()
    await other.restart()
    await vi.waitUntil(async () => (await leaderOf('moved')) === 2, { timeout: 60_000, interval: 200 })
    for (let i = 0; i < 3; i++) await sendOne()
    expect(owner.messages.map(({ offset }) => offset)).toEqual([0, 1, 2, 3, 4])
    await Promise.all([source.stop(), publisher.stop()])
  })

  test('are read on while another one has no leader', { timeout: 120_000 }, async () => {
    const { create, open, leaderOf, other } = pair
    await create('halved', [[1], [2]])
    await vi.waitUntil(async () => (await leaderOf('halved')) === 1, { timeout: 30_000, interval: 200 })
    const { owner, source, publisher } = await open('halved')
    await owner.until(() => owner.log.length === 2)
    await other.kill()
    const began = Date.now()
    let sent = 0
    // Longer than the metadata is believed.
    while (Date.now() - began < 5_000) {
      await publisher.send({ key: 'k', value: 'v', partition: 0 })
      sent++
      await owner.until(() => owner.messages.length === sent, 20_000)
    }
    expect((await source.ends()).map(({ partition }) => partition)).toEqual([0])
    expect(source.stopped()).toEqual([])
    await other.restart()
    await publisher.send({ key: 'k', value: 'v', partition: 1 })
    await owner.until(() => owner.messages.length === sent + 1, 30_000)
    await Promise.all([source.stop(), publisher.stop()])
  })

  test(
    'are read on while the broker of another one hangs, and it costs no membership',
    { timeout: 120_000 },
    async () => {
      const { client, create, open, leaderOf, proxy } = pair
      await create('hanging', [[1], [2]])
      await vi.waitUntil(async () => (await leaderOf('hanging')) === 1, { timeout: 30_000, interval: 200 })
      const { owner, source, publisher } = await open('hanging')
      await publisher.send({ key: 'k', value: 'v', partition: 1 })
      await owner.until(() => owner.messages.length === 1)
      proxy.swallow()
      const unread = () => source.retrying().map(({ partition }) => partition)
      let sent = 1
      // Longer than a session of the group, and than the metadata is believed.
      while (unread().length === 0) {
        await publisher.send({ key: 'k', value: 'v', partition: 0 })
        sent++
        await owner.until(() => owner.messages.length === sent, 5_000)
      }
      expect(unread()).toEqual([1])
      expect(source.status()).toBe('up')
      expect((await source.ends()).map(({ partition }) => partition)).toEqual([0])
      expect(owner.log.filter((line) => line.startsWith('revoked'))).toEqual([])
      proxy.pass()
      // The other publisher still waits for what it asked over a connection that is silent for ever.
      const fresh = createKafkaPublisher({ client, topic: 'hanging', logger })
      await fresh.send({ key: 'k', value: 'v', partition: 1 })
      await owner.until(() => owner.messages.length === sent + 1, 30_000)
      expect(unread()).toEqual([])
      await Promise.all([source.stop(), publisher.stop(), fresh.stop()])
    },
  )
})
