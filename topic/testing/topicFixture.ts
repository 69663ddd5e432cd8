import { afterEach, beforeEach } from 'vitest'
import type { BatchingOptions } from '../batchingPublisher.ts'
import type { Delivery, OutgoingMessage, Publisher } from '../publisher.ts'
import type { RecordingOwner } from './recordingOwner.ts'
import type { Source } from '../source.ts'

/** A topic of four partitions that no other test uses. */
export interface TopicUnderTest {
  createSource(options?: { maxBytesPerPartition?: number }): Source
  createPublisher(options?: { batching?: BatchingOptions }): Publisher
  /** Removes the topic and makes it again, empty, with as many partitions. */
  recreate(): Promise<void>
  remove(): Promise<void>
}

/** A topic, a publisher to it and sources of it, all of them new for each test. */
export interface TopicFixture {
  readonly topic: TopicUnderTest
  readonly publisher: Publisher
  /** Stops the publisher, and makes another in its place. */
  replacePublisher(options?: { batching?: BatchingOptions }): Promise<void>
  publish(messages: readonly OutgoingMessage[]): Promise<Delivery[]>
  /** A source that is not started; it is stopped after the test. */
  openSource(options?: { maxBytesPerPartition?: number }): Source
  startSource(owner: RecordingOwner, options?: { maxBytesPerPartition?: number }): Promise<Source>
}

/** Called in a suite: opens a topic before each of its tests, and lets go of everything after it. */
export const createTopicFixture = (open: () => Promise<TopicUnderTest>): TopicFixture => {
  let topic: TopicUnderTest
  let publisher: Publisher
  const sources: Source[] = []

  beforeEach(async () => {
    topic = await open()
    publisher = topic.createPublisher()
  })
  afterEach(async () => {
    await Promise.all(sources.splice(0).map(async (source) => source.stop()))
    await publisher.stop()
    await topic.remove()
  })

  const openSource: TopicFixture['openSource'] = (options) => {
    const source = topic.createSource(options)
    sources.push(source)
    return source
  }
  return {
    get topic() {
      return topic
    },
    get publisher() {
      return publisher
    },
    async replacePublisher(options) {
      await publisher.stop()
      publisher = topic.createPublisher(options)
    },
    async publish(messages) {
      const sent = messages.map(async (message) => publisher.send(message))
      await publisher.flush()
      return Promise.all(sent)
    },
    openSource,
    async startSource(owner, options) {
      const source = openSource(options)
      await source.start(owner)
      return source
    },
  }
}

/** What an owner has got, as text. */
export const texts = (owner: RecordingOwner, partition?: number) =>
  owner.batches
    .filter((batch) => partition === undefined || batch.partition === partition)
    .flatMap((batch) => batch.messages.map(({ value }) => value?.toString()))

export const numbered = (count: number, from = 0): OutgoingMessage[] =>
  Array.from({ length: count }, (_, index) => ({ key: `key-${index % 50}`, value: `${from + index}` }))
