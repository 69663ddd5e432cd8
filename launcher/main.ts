import { runProcess, StartError } from '@patterns/shared/runProcess.ts'
import { SettingsError } from '@patterns/shared/settings/readSettings.ts'
import { pino } from 'pino'
import { dashboardSettings } from './dashboardSettings.ts'
import { lockDataDir } from './dataDirLock.ts'
import { help } from './help.ts'
import { printLog } from './printLog.ts'
import { readArguments } from './readArguments.ts'
import { reset } from './reset.ts'
import { startDashboard } from './startDashboard.ts'
import { dataDirError, requireUsableDataDir } from './usableDataDir.ts'

const options = readArguments(process.argv.slice(2))
if (!options.ok) {
  process.stderr.write(`npm start: ${options.fault}\n`)
  process.exit(2)
}
if (options.help) {
  process.stdout.write(help())
  process.exit(0)
}

const print = (name: string, line: string) => process.stderr.write(`${printLog(name, line)}\n`)

// A terminal that was closed must not keep us from stopping in order.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})

const claimDataDir = async (dataDir: string, stopping: AbortSignal) => {
  const lock = await lockDataDir(dataDir, stopping).catch((error: NodeJS.ErrnoException) => {
    throw dataDirError(dataDir, error)
  })
  if (lock.ok) {
    requireUsableDataDir(dataDir)
    return lock
  }
  throw new SettingsError(`DATA_DIR: ${dataDir} is in use by another npm start (process ${lock.holder})`)
}

await runProcess({
  process,
  name: 'npm start',
  settings: dashboardSettings,
  makeLogger: (_, level) =>
    pino(
      { level, timestamp: pino.stdTimeFunctions.isoTime },
      { write: (line) => print('launcher', line.trimEnd()) },
    ),
  stopDeadlineMs: 12_000,
  async start({ settings, logger, stopping }) {
    const lock = await claimDataDir(settings.DATA_DIR, stopping)
    if (options.reset) {
      const { DATA_DIR: dataDir, DATABASE_URL: databaseUrl } = settings
      const terminal = { input: process.stdin, output: process.stderr }
      if (!(await reset({ dataDir, databaseUrl, confirmed: options.yes, terminal })))
        throw new StartError('nothing was deleted, and nothing started')
    }
    const dashboard = await startDashboard({
      settings,
      environment: process.env,
      logger,
      stopping,
      onLine: print,
    })
    process.once('exit', dashboard.kill)
    process.stdout.write(`ready ${dashboard.url}\n`)
    return {
      async stop() {
        await dashboard.stop()
        await lock.release()
      },
    }
  },
})
