import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLogger } from '@patterns/shared/logger.ts'
import { createPool } from '@patterns/shared/postgres/pool.ts'
import { readSettings } from '@patterns/shared/settings/readSettings.ts'
import { processSettings, topicSettings } from '@patterns/shared/settings/settings.ts'
import { compileCache } from '@patterns/testing/compileCache.ts'
import { createTestDatabase } from '@patterns/testing/database.ts'
import { openTopic } from '@patterns/topic/openTopic.ts'
import type { Publisher } from '@patterns/topic/publisher.ts'
import type pg from 'pg'
import { createLedger, type Ledger } from './sentMessage.ts'
import { type ProcessorProcess, spawnProcessor } from './processorProcess.ts'

export interface PipelineFixtureOptions {
  /** What `KAFKA_BROKERS` takes; the file topic if it is absent. */
  readonly brokers?: string
  /** Default: a database of its own on the suite's server. */
  readonly databaseUrl?: string
  /** Settings of its processors, and of the topic. */
  readonly settings?: Readonly<Record<string, string>>
}

/** A topic, a database, and the processors between them: all that one test needs, real and its own. */
export interface PipelineFixture {
  readonly topic: string
  readonly dataDir: string
  readonly pool: pg.Pool
  /** What its processors get, for other commands that should find the same topic and database. */
  readonly environment: Readonly<Record<string, string>>
  readonly ledger: Ledger
  publisher(): Publisher
  /** Starts a processor, with further settings. Does not wait until it is ready. */
  spawn(settings?: Readonly<Record<string, string>>): ProcessorProcess
  /** The same, once it is ready. */
  start(settings?: Readonly<Record<string, string>>): Promise<ProcessorProcess>
  /** Kills its processors and lets go of everything. */
  close(): Promise<void>
}

export const createPipelineFixture = async ({
  brokers,
  databaseUrl,
  settings = {},
}: PipelineFixtureOptions): Promise<PipelineFixture> => {
  const topic = `faults-${randomUUID()}`
  const dataDir = await mkdtemp(join(tmpdir(), 'patterns-faults-'))
  const database = databaseUrl === undefined ? await createTestDatabase() : undefined
  const environment = {
    DATABASE_URL: databaseUrl ?? database!.url,
    DATA_DIR: dataDir,
    KAFKA_TOPIC: topic,
    KAFKA_GROUP_ID: topic,
    ...(brokers === undefined ? {} : { KAFKA_BROKERS: brokers }),
    ...settings,
  }
  const pool = createPool({
    connectionString: environment.DATABASE_URL,
    applicationName: 'faults',
    max: 3,
    onIdleError: () => {},
  })
  let publisher: Publisher | undefined
  const openPublisher = (): Publisher =>
    (publisher ??= openTopic({
      settings: readSettings({ ...processSettings, ...topicSettings }, environment),
      logger: createLogger('faults', 'silent'),
    }).createPublisher())
  const processes: ProcessorProcess[] = []
  const spawn: PipelineFixture['spawn'] = (further = {}) => {
    const started = spawnProcessor({
      PROCESSOR_PORT: '0',
      LOG_LEVEL: 'info',
      ...compileCache,
      ...environment,
      ...further,
    })
    processes.push(started)
    return started
  }
  return {
    topic,
    dataDir,
    pool,
    environment,
    ledger: createLedger(openPublisher),
    publisher: openPublisher,
    spawn,
    async start(further) {
      const started = spawn(further)
      await started.ready
      return started
    },
    async close() {
      await Promise.all(processes.map((one) => one.kill()))
      await publisher?.stop()
      await pool.end()
      await database?.drop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}
