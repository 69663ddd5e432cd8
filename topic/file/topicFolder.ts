import { randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { TopicUnreachableError } from '../topicUnreachable.ts'

/** A file topic's place on disk: one file a partition, `0.ndjson`, `1.ndjson`…, and `id`. */
export interface TopicFolder {
  readonly folder: string
  /** Fixed when the topic is created. */
  readonly partitions: number
  /** Another one each time the topic is created; `null` in a folder from before there were ids. */
  readonly topicId: string | null
}

export const partitionFile = (folder: string, partition: number): string =>
  path.join(folder, `${partition}.ndjson`)

/**
 * Opens the topic, creating it with `partitions` if it is not there. Processes that do so at the same
 * time agree: the folder comes to be with all its files in one rename.
 * @throws TopicUnreachableError if the data folder cannot be used
 */
export const openTopicFolder = async (
  dataDir: string,
  topic: string,
  partitions: number,
): Promise<TopicFolder> => {
  const parent = path.resolve(dataDir, 'topic')
  const folder = path.join(parent, topic)
  try {
    const there = (await countPartitions(folder)) || (await create(parent, folder, partitions))
    return { folder, partitions: there, topicId: await readId(folder) }
  } catch (error) {
    const reason = (error as Error).message
    throw new TopicUnreachableError(`DATA_DIR: the file topic cannot be kept in ${folder}: ${reason}`, {
      cause: error,
    })
  }
}

const countPartitions = async (folder: string): Promise<number> => {
  try {
    return (await readdir(folder)).filter((name) => /^\d+\.ndjson$/.test(name)).length
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0
    throw error
  }
}

const idFile = (folder: string): string => path.join(folder, 'id')

const readId = async (folder: string): Promise<string | null> => {
  try {
    return await readFile(idFile(folder), 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

const create = async (parent: string, folder: string, partitions: number): Promise<number> => {
  await mkdir(parent, { recursive: true })
  const unfinished = await mkdtemp(`${folder}.new-`)
  try {
    for (let partition = 0; partition < partitions; partition++)
      await writeFile(partitionFile(unfinished, partition), '', { flush: true })
    await writeFile(idFile(unfinished), randomUUID(), { flush: true })
    await rename(unfinished, folder)
    await syncFolder(parent)
    return partitions
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true })
    // Another process was faster: its number of partitions counts.
    if (['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? ''))
      return countPartitions(folder)
    throw error
  }
}

/** Makes the folder's own entries durable, without which a new file may be gone after a power cut. */
const syncFolder = async (folder: string) => {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
