import type { AddressInfo } from 'node:net'
import { createPostgresEventLog } from '@patterns/event-log/postgres/postgresEventLog.ts'
import { createPool } from '@patterns/shared/postgres/pool.ts'
import { requireMigrated } from '@patterns/shared/postgres/requireMigrated.ts'
import { timeLimits } from '@patterns/shared/postgres/timeLimits.ts'
import { runProcess } from '@patterns/shared/runProcess.ts'
import { processHelp } from '@patterns/shared/settings/processHelp.ts'
import { SettingsError } from '@patterns/shared/settings/readSettings.ts'
import {
  databaseSettings,
  processorSettings,
  processSettings,
  topicSettings,
} from '@patterns/shared/settings/settings.ts'
import { openTopic } from '@patterns/topic/openTopic.ts'
import { TopicUnreachableError } from '@patterns/topic/topicUnreachable.ts'
import { createOperatorApp, listen } from './observe/operatorServer.ts'
import { poolSizeFor } from './poolSize.ts'
import { createProcessor } from './processor.ts'

const shape = { ...databaseSettings, ...topicSettings, ...processorSettings }

await runProcess({
  process,
  name: 'processor',
  settings: shape,
  help: processHelp({
    command: 'npm run processor',
    about:
      'Takes the messages of the topic into the event log of DATABASE_URL, and their numbers into its windows. Run up\n' +
      'to one a partition: they share the shards. "npm run cli -- migrate" makes the database.',
    settings: { ...shape, DATA_DIR: processSettings.DATA_DIR },
  }),
  async start({ settings, logger }) {
    const pool = createPool({
      connectionString: settings.DATABASE_URL,
      applicationName: 'pattern-dashboard-processor',
      max: poolSizeFor(0),
      limits: timeLimits.processor,
      pipeline: true,
      onIdleError: (error) => logger.warn({ reason: error.message }, 'database connection lost'),
    })
    await requireMigrated(pool)
    const topic = openTopic({ settings, logger })
    const processor = createProcessor({
      pool,
      log: createPostgresEventLog({ pool }),
      // Half of the default: no slower, and 40 MB less in a backlog.
      source: topic.createSource({ maxBytesPerPartition: 2 << 20 }),
      topic: topic.name,
      logger,
      duplicateHorizon: settings.DUPLICATE_HORIZON,
      flushIntervalMs: settings.FLUSH_INTERVAL_MS,
      keepTrends: settings.TRENDS,
    })
    const server = await listen(
      createOperatorApp({
        registry: processor.metrics.registry,
        topic: topic.describe,
        health: processor.health,
      }),
      settings.PROCESSOR_PORT,
    ).catch((error: NodeJS.ErrnoException) => {
      throw new SettingsError(`PROCESSOR_PORT ${settings.PROCESSOR_PORT} cannot be used: ${error.code}`)
    })
    await processor.start().catch((error: unknown) => {
      // Its message names the setting, as that of every error of this kind does.
      throw error instanceof TopicUnreachableError
        ? new SettingsError(error.message, { cause: error })
        : error
    })
    const { port } = server.address() as AddressInfo
    logger.info({ topic: topic.describe, port }, 'processing')
    return {
      async stop() {
        await processor.stop()
        server.close()
        await pool.end()
      },
    }
  },
})
