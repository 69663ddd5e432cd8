import { type BatchingOptions, createBatchingPublisher } from '../batchingPublisher.ts'
import { createPartitioner, type Partitioner } from '../kafka/kafkajs/kafkajs.ts'
import type { Delivery, OutgoingMessage, Publisher } from '../publisher.ts'
import { encodeLine } from './fileLine.ts'
import { createPartitionWriter, type PartitionWriter } from './partitionWriter.ts'
import { openTopicFolder, partitionFile, type TopicFolder } from './topicFolder.ts'

export interface FilePublisherOptions {
  readonly dataDir: string
  readonly topic: string
  /** Partitions of the topic if it has to be created. */
  readonly createWithPartitions: number
  /** What chooses the partition of a message that names none; default `murmur2`. */
  readonly partitioner?: Partitioner
  readonly batching?: BatchingOptions
}

const triesToAppend = 3

/** Sends to a file topic: acknowledged once the lines are durable. Several processes may do so at once. */
export const createFilePublisher = (options: FilePublisherOptions): Publisher => {
  const { dataDir, topic, createWithPartitions, partitioner, batching } = options
  const choosePartition = createPartitioner(topic, partitioner)
  const writers = new Map<number, PartitionWriter>()
  let opening: Promise<TopicFolder> | undefined

  const writerOf = async (partition: number) => {
    const { folder, partitions } = await topicFolder()
    if (partition < 0 || partition >= partitions)
      throw new RangeError(`Topic ${topic} has partitions 0 to ${partitions - 1}, not ${partition}`)
    const writer = writers.get(partition) ?? createPartitionWriter(partitionFile(folder, partition))
    writers.set(partition, writer)
    return writer
  }
  const topicFolder = async () =>
    (opening ??= openTopicFolder(dataDir, topic, createWithPartitions).catch((error: unknown) => {
      opening = undefined
      throw error
    }))

  const append = async (partition: number, lines: Buffer): Promise<number> => {
    for (let tried = 1; ; tried++) {
      try {
        return await (await writerOf(partition)).append(lines)
      } catch (error) {
        if (tried >= triesToAppend || error instanceof RangeError) throw error
      }
    }
  }

  const deliver = async (batch: readonly OutgoingMessage[]): Promise<Delivery[]> => {
    const { partitions } = await topicFolder()
    const placed = batch.map((message) => message.partition ?? choosePartition(message.key, partitions))
    const lines = new Map<number, string[]>()
    const indexes = batch.map((message, position) => {
      const partition = placed[position]!
      const before = lines.get(partition)
      if (!before) lines.set(partition, [encodeLine(message)])
      return before ? before.push(encodeLine(message)) - 1 : 0
    })
    const first = new Map(
      await Promise.all(
        [...lines].map(
          async ([partition, texts]) =>
            [partition, await append(partition, Buffer.from(texts.join('')))] as const,
        ),
      ),
    )
    return placed.map((partition, position) => ({
      partition,
      offset: first.get(partition)! + indexes[position]!,
    }))
  }

  const close = async () => {
    await Promise.all([...writers.values()].map(async (writer) => writer.close()))
  }
  return createBatchingPublisher({ deliver, close }, batching)
}
