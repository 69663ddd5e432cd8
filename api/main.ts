import { createPostgresEventLog } from '@patterns/event-log/postgres/postgresEventLog.ts'
import { createPool } from '@patterns/shared/postgres/pool.ts'
import { requireMigrated } from '@patterns/shared/postgres/requireMigrated.ts'
import { timeLimits } from '@patterns/shared/postgres/timeLimits.ts'
import { runProcess } from '@patterns/shared/runProcess.ts'
import { processHelp } from '@patterns/shared/settings/processHelp.ts'
import { SettingsError } from '@patterns/shared/settings/readSettings.ts'
import { apiSettings, databaseSettings } from '@patterns/shared/settings/settings.ts'
import { refuseBind } from './http/access/bindAddress.ts'
import { startApiServer } from './server.ts'

const shape = { ...databaseSettings, ...apiSettings }

await runProcess({
  process,
  name: 'api',
  settings: shape,
  help: processHelp({
    command: 'npm run api',
    about:
      'Answers questions about patterns from the database of DATABASE_URL, as JSON over HTTP. It only reads; run as\n' +
      'many as you like. "npm run cli -- migrate" makes the database, "npm run processor" fills it.',
    settings: shape,
  }),
  async start({ settings, logger, fail }) {
    const refusal = refuseBind(settings)
    if (refusal !== undefined) throw new SettingsError(refusal)
    const pool = createPool({
      connectionString: settings.DATABASE_URL,
      applicationName: 'pattern-dashboard-api',
      max: 12,
      access: 'reader',
      limits: timeLimits.api,
      onIdleError: (error) => logger.warn({ reason: error.message }, 'database connection lost'),
    })
    await requireMigrated(pool)
    const server = await startApiServer({
      pool,
      eventLog: createPostgresEventLog({ pool }),
      logger,
      host: settings.HOST,
      port: settings.PORT,
      apiKeys: settings.API_KEYS ?? [],
      corsOrigins: settings.CORS_ORIGINS,
      rateLimitPerMinute: settings.RATE_LIMIT_PER_MINUTE,
      // Positions of another log may be the same and mean other events. After a restart nothing in memory is of the old log.
      onOtherLog: (change) =>
        fail(new Error(`The database holds ${change}: the api has to start again to answer from it`)),
    }).catch((error: NodeJS.ErrnoException) => {
      if (error.syscall !== 'listen') throw error
      throw new SettingsError(
        error.code === 'EADDRINUSE'
          ? `PORT ${settings.PORT} is taken by another process`
          : `HOST ${settings.HOST} and PORT ${settings.PORT} cannot be listened on: ${error.code}`,
      )
    })
    logger.info({ host: settings.HOST, port: server.port }, 'listening')
    return {
      async stop() {
        await server.stop()
        await pool.end()
      },
    }
  },
})
