import type { AddressInfo } from 'node:net'
import { createPostgresEventLog } from '@patterns/event-log/postgres/postgresEventLog.ts'
import { createPool } from '@patterns/shared/postgres/pool.ts'
import { runProcess } from '@patterns/shared/runProcess.ts'
import { SettingsError } from '@patterns/shared/settings/readSettings.ts'
import { databaseSettings, processorSettings, topicSettings } from '@patterns/shared/settings/settings.ts'
import { openTopic } from '@patterns/topic/openTopic.ts'
import { createOperatorApp, listen } from './observe/operatorServer.ts'
import { createProcessor } from './processor.ts'

await runProcess({
  process,
  name: 'processor',
  settings: { ...databaseSettings, ...topicSettings, ...processorSettings },
  async start({ settings, logger }) {
    const pool = createPool({
      connectionString: settings.DATABASE_URL,
      applicationName: 'pattern-dashboard-processor',
      max: 16,
      pipeline: true,
      onIdleError: (error) => logger.warn({ reason: error.message }, 'database connection lost'),
    })
    await pool.query('select 1 from projection_checkpoints limit 1').catch((error: Error) => {
      throw new SettingsError(
        `DATABASE_URL leads to no database of ours ("npm run cli -- migrate" makes one): ${error.message}`,
      )
    })
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
      createOperatorApp({ registry: processor.metrics.registry, health: processor.health }),
      settings.PROCESSOR_PORT,
    ).catch((error: NodeJS.ErrnoException) => {
      throw new SettingsError(`PROCESSOR_PORT ${settings.PROCESSOR_PORT} cannot be used: ${error.code}`)
    })
    await processor.start()
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
