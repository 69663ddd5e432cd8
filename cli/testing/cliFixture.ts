import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTestDatabase, type TestDatabase } from '@patterns/testing/database.ts'
import type { CliResult } from './runCli.ts'
import { runCliInProcess } from './runCliInProcess.ts'
import { startProcessor, untilProjected } from './startProcessor.ts'

/** All that commands need, empty: a topic in files, a database, and a processor now and then. */
export interface CliFixture {
  readonly folder: string
  readonly database: TestDatabase
  /** With it, commands and processors find the topic and the database. */
  readonly env: Readonly<Record<string, string>>
  cli(...args: string[]): Promise<CliResult>
  publish(lines: readonly string[]): Promise<CliResult>
  /** Has a processor run until so many messages are in the windows. */
  process(messages: number): Promise<void>
  end(): Promise<void>
}

export const createCliFixture = async (partitions = 1): Promise<CliFixture> => {
  const folder = await mkdtemp(join(tmpdir(), 'patterns-cli-'))
  const database = await createTestDatabase()
  const env = { DATABASE_URL: database.url, DATA_DIR: folder, FILE_TOPIC_PARTITIONS: String(partitions) }
  return {
    folder,
    database,
    env,
    cli: (...args) => runCliInProcess(args, { env }),
    publish: (lines) => runCliInProcess(['publish'], { env, input: lines.join('\n') }),
    async process(messages) {
      const processor = await startProcessor(env)
      try {
        await untilProjected(database.pool, messages)
      } finally {
        await processor.stop()
      }
    },
    async end() {
      await database.drop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
