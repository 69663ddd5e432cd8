import { type FSWatcher, watch } from 'node:fs'
import type { Logger } from '@patterns/shared/logger.ts'
import { createPartitionConsumer, type PartitionConsumer } from '../partitionConsumer.ts'
import { createReadFailures } from '../readFailures.ts'
import { createSignal, type Signal } from '../signal.ts'
import type { PartitionOwner, Source } from '../source.ts'
import { createPartitionReader, OffsetGoneError, type PartitionReader } from './partitionReader.ts'
import { openTopicFolder, partitionFile } from './topicFolder.ts'

export interface FileSourceOptions {
  readonly dataDir: string
  readonly topic: string
  /** Partitions of the topic if it has to be created. */
  readonly createWithPartitions: number
  readonly logger: Logger
  /** The most that one batch holds, in bytes of the file; default 4 MiB. */
  readonly maxBytesPerPartition?: number
  /** How often to look for news if the system does not report changes; default 500. */
  readonly pollMs?: number
}

interface Tail {
  readonly consumer: PartitionConsumer
  readonly reader: PartitionReader
  readonly awake: Signal
  done: Promise<void>
}

/** Reads a file topic. All partitions are ours: that no other process reads them is for the log to see to. */
export const createFileSource = (options: FileSourceOptions): Source => {
  const {
    dataDir,
    topic,
    createWithPartitions,
    logger,
    maxBytesPerPartition = 4 << 20,
    pollMs = 500,
  } = options
  const failures = createReadFailures(logger)
  let tails: Tail[] = []
  let watcher: FSWatcher | undefined
  let hasStarted = false
  let isStopped = false
  let stopping: Promise<void> | undefined

  const tail = async ({ consumer, reader, awake }: Tail) => {
    while (!isStopped) {
      try {
        const offset = consumer.wanted()
        const batch = offset === undefined ? undefined : await reader.read(offset, maxBytesPerPartition)
        failures.succeeded(consumer.partition)
        if (batch) consumer.offer(batch)
        else await awake.wait(pollMs)
      } catch (error) {
        if (error instanceof OffsetGoneError) consumer.reassign()
        else failures.failed(consumer.partition, error)
        await awake.wait(pollMs)
      }
    }
  }

  const openTail = (owner: PartitionOwner, folder: string, partition: number): Tail => {
    const awake = createSignal()
    const reader = createPartitionReader(partition, partitionFile(folder, partition))
    const consumer = createPartitionConsumer({
      partition,
      owner,
      ends: async () => ({ startOffset: 0, endOffset: await reader.begin() }),
      onWanted: awake.notify,
      logger,
    })
    const opened: Tail = { consumer, reader, awake, done: Promise.resolve() }
    opened.done = tail(opened)
    return opened
  }

  const wakeAll = () => tails.forEach(({ awake }) => awake.notify())

  /** Not every file system reports changes; if it fails the poll remains. */
  const watchFolder = (folder: string) => {
    try {
      watcher = watch(folder, { persistent: false }, wakeAll)
      watcher.on('error', (error) => logger.debug({ err: error }, 'the topic is only polled from now on'))
    } catch (error) {
      logger.debug({ err: error }, 'the topic is only polled')
    }
  }

  const close = async () => {
    isStopped = true
    watcher?.close()
    wakeAll()
    await Promise.all(tails.map(async ({ consumer }) => consumer.close()))
    await Promise.all(tails.map(async ({ done }) => done))
    await Promise.all(tails.map(async ({ reader }) => reader.close()))
  }

  /** Ours while we read the partition, else one of its own. */
  const withReader = async <Answer>(
    partition: number,
    use: (reader: PartitionReader) => Promise<Answer>,
  ): Promise<Answer> => {
    const reader = tails[partition]?.reader
    if (reader && !isStopped) return use(reader)
    const { folder } = await openTopicFolder(dataDir, topic, createWithPartitions)
    const once = createPartitionReader(partition, partitionFile(folder, partition))
    try {
      return await use(once)
    } finally {
      await once.close()
    }
  }

  return {
    async start(owner) {
      const { folder, partitions } = await openTopicFolder(dataDir, topic, createWithPartitions)
      if (isStopped) throw new Error('The source was stopped while it opened the topic')
      tails = Array.from({ length: partitions }, (_, partition) => openTail(owner, folder, partition))
      watchFolder(folder)
      hasStarted = true
    },
    async ends() {
      const { partitions, topicId } = await openTopicFolder(dataDir, topic, createWithPartitions)
      return Promise.all(
        Array.from({ length: partitions }, async (_, partition) => {
          const endOffset = await withReader(partition, async (reader) => reader.endOffset())
          return { partition, startOffset: 0, endOffset, topicId }
        }),
      )
    },
    history: (partition) => ({
      epochEnd: async () => undefined,
      valueAt: async (offset) =>
        withReader(partition, async (reader) => (await reader.messageAt(offset))?.value),
    }),
    status: () => {
      if (!hasStarted) return 'connecting'
      return tails.every(({ consumer }) => failures.isFailing(consumer.partition)) ? 'down' : 'up'
    },
    stopped: () =>
      tails.flatMap(({ consumer }) => {
        const error = consumer.failure()
        return error ? [{ partition: consumer.partition, error }] : []
      }),
    retrying: () => failures.lasting(),
    beginAgain: (partition) => tails[partition]?.consumer.beginAgain(),
    stop: async () => (stopping ??= close()),
  }
}
