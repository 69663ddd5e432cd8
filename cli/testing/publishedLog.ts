import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTestDatabase, type TestDatabase } from '@patterns/testing/database.ts'
import { goodLines } from './sampleEvents.ts'
import { runCliInProcess } from './runCliInProcess.ts'
import { type RunningProcessor, startProcessor, untilProjected } from './startProcessor.ts'

/** A log with all sample events, two dead letters and two duplicates, and the processor that keeps it. */
export interface PublishedLog {
  readonly folder: string
  readonly database: TestDatabase
  /** With it, commands find the same topic and database. */
  readonly env: Readonly<Record<string, string>>
  stop(): Promise<void>
}

export const createPublishedLog = async (): Promise<PublishedLog> => {
  const folder = await mkdtemp(join(tmpdir(), 'patterns-cli-'))
  const database = await createTestDatabase()
  const env = { DATABASE_URL: database.url, DATA_DIR: folder }
  let processor: RunningProcessor | undefined
  const stop = async (): Promise<void> => {
    await processor?.stop()
    await database.drop()
    await rm(folder, { recursive: true, force: true })
  }
  try {
    // Created by the first publisher, so that the processor finds all of it.
    await runCliInProcess(['publish'], { env, input: goodLines.join('\n') })
    // Some that only --raw sends: dead letters, and duplicates of what is there.
    const raw = ['{"event_id":', goodLines[0]!, goodLines[1]!, goodLines[0]!.replace(/\}$/, ',"other":1}')]
    await runCliInProcess(['publish', '--raw'], { env, input: raw.join('\n') })
    processor = await startProcessor(env)
    await untilProjected(database.pool, goodLines.length + raw.length)
  } catch (error) {
    await stop()
    throw error
  }
  return { folder, database, env, stop }
}
