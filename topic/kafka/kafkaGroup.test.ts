import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import type { Publisher } from '../publisher.ts'
import { createRecordingOwner } from '../testing/recordingOwner.ts'
import type { Source } from '../source.ts'
import { createTestTopic } from '../testing/kafkaTestTopic.ts'

const brokers = inject('kafkaBrokers')

describe.skipIf(brokers === null)('sources in one consumer group', () => {
  let topic: Awaited<ReturnType<typeof createTestTopic>>
  let publisher: Publisher
  let sources: Source[]

  beforeEach(async () => {
    topic = await createTestTopic(brokers!)
    publisher = topic.createPublisher()
    sources = []
  })
  afterEach(async () => {
    await Promise.all(sources.map(async (source) => source.stop()))
    await publisher.stop()
    await topic.remove()
  })
  const startSource = async (owner: Parameters<Source['start']>[0], options = {}) => {
    const source = topic.createSource(options)
    sources.push(source)
    await source.start(owner)
    return source
  }

  it('share the partitions, each message taken once while members come and go under load', async () => {
    // As the log does it: one head a partition, which whoever owns the partition reads on assignment.
    const offsets = new Map<number, number>()
    const holders = new Map<number, string>()
    const faults: string[] = []
    const taken = new Map<string, number>()
    const createMember = (name: string) =>
      createRecordingOwner({
        offsets,
        assigned: (partition) => {
          const holder = holders.get(partition)
          if (holder !== undefined) faults.push(`${name} got ${partition} while ${holder} held it`)
          holders.set(partition, name)
          return offsets.get(partition) ?? 0
        },
        revoked: (partition) => {
          if (holders.get(partition) === name) holders.delete(partition)
          else faults.push(`${name} gave up ${partition}, which it did not hold`)
        },
        take: ({ partition, messages, firstOffset }) => {
          if (holders.get(partition) !== name)
            faults.push(`${name} took from ${partition} without holding it`)
          if (firstOffset !== (offsets.get(partition) ?? 0))
            faults.push(`${name} took ${partition}/${firstOffset}`)
          for (const { offset } of messages) {
            const place = `${partition}/${offset}`
            taken.set(place, (taken.get(place) ?? 0) + 1)
          }
        },
      })

    let isLoading = true
    let published = 0
    const load = (async () => {
      while (isLoading) {
        await Promise.all(
          Array.from({ length: 200 }, async (_, index) => publisher.send({ key: `${index}`, value: 'v' })),
        )
        published += 200
      }
    })()
    const members = ['a', 'b', 'c'].map(createMember)
    const [a, b, c] = members as [(typeof members)[0], (typeof members)[0], (typeof members)[0]]
    const heldBy = (name: string) => [...holders.values()].filter((holder) => holder === name).length

    await startSource(a)
    await a.until(() => heldBy('a') === 4)
    const sourceB = await startSource(b)
    await b.until(() => heldBy('a') === 2 && heldBy('b') === 2)
    expect(a.log.filter((line) => line.startsWith('revoked'))).toHaveLength(2)
    const sourceC = await startSource(c)
    await c.until(() => heldBy('c') === 1 && holders.size === 4)
    await sourceB.stop()
    await c.until(() => heldBy('a') === 2 && heldBy('c') === 2)
    await sourceC.stop()
    await a.until(() => heldBy('a') === 4)
    isLoading = false
    await load
    await a.until(() => [...offsets.values()].reduce((sum, offset) => sum + offset, 0) === published)

    expect(faults).toEqual([])
    expect(taken.size).toBe(published)
    expect(new Set(taken.values())).toEqual(new Set([1]))
  })

  it('take over from a member that hangs', async () => {
    const offsets = new Map<number, number>()
    const release = Promise.withResolvers<void>()
    const hanging = createRecordingOwner({ offsets: new Map(), take: async () => release.promise })
    // 6 s is the least that a broker allows by default.
    await startSource(hanging, { sessionTimeoutMs: 6_000, silenceMs: 500 })
    await publisher.send({ key: 'k', value: 'v' })
    await hanging.until(() => hanging.batches.length === 1)
    const healthy = createRecordingOwner({ offsets })
    await startSource(healthy, { sessionTimeoutMs: 6_000 })
    await healthy.until(() => healthy.messages.length === 1, 25_000)
    release.resolve()
    await hanging.until(() => hanging.log.some((line) => line.startsWith('revoked')), 25_000)
  }, 60_000)

  it('read partitions that are added while they run', async () => {
    const owner = createRecordingOwner()
    await startSource(owner, { metadataMaxAgeMs: 200 })
    await owner.until(() => owner.log.length === 4)
    await topic.admin.createPartitions({ topicPartitions: [{ topic: topic.topic, count: 6 }] })
    await owner.until(() => owner.log.length === 6)
    expect(owner.log.slice(4).toSorted()).toEqual(['assigned 4 at 0', 'assigned 5 at 0'])
    const later = topic.createPublisher()
    await later.send({ key: null, value: 'v', partition: 5 })
    await owner.until(() => owner.messages.length === 1)
    await later.stop()
  })
})
