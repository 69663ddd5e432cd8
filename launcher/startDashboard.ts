import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { refuseBind } from '@patterns/api/http/access/bindAddress.ts'
import type { Logger } from '@patterns/shared/logger.ts'
import { StartError } from '@patterns/shared/runProcess.ts'
import { SettingsError } from '@patterns/shared/settings/readSettings.ts'
import { startChild } from './childProcess.ts'
import type { Child } from './childProcess.ts'
import { choosePort } from './choosePort.ts'
import type { DashboardSettings } from './dashboardSettings.ts'
import { keepRunning } from './keepRunning.ts'
import { openDatabase } from './openDatabase.ts'
import { describePortHolder } from './portHolder.ts'
import { announceProcessor, withdrawProcessor } from './processorUrl.ts'
import { brokersFault, stayingPortFault } from './reachable.ts'
import { apiReadiness, processorReadiness } from './readiness.ts'
import { untilReady, type UntilReadyOptions } from './untilReady.ts'

export interface StartDashboardOptions {
  readonly settings: DashboardSettings
  /** What the processes get, besides what is decided here. */
  readonly environment: NodeJS.ProcessEnv
  readonly logger: Logger
  readonly stopping: AbortSignal
  /** Told of every line that a process logs. */
  readonly onLine: (name: string, line: string) => void
}

export interface Dashboard {
  /** Where a browser finds it. */
  readonly url: string
  /** Stops all in reverse order. */
  stop(): Promise<void>
  /** Ends all at once. */
  kill(): void
}

/** For all processes together; runProcess gives up a little later. */
const stopWithinMs = 9_000

/**
 * Starts the database, the processor, the API and the generator, and resolves once the API and the processor
 * are ready to be used, or as ready as they get while a shard is stopped. From then on a process that
 * ends is started again.
 * @throws SettingsError if a setting keeps one of them from starting; what had started is stopped then
 */
export const startDashboard = async (options: StartDashboardOptions): Promise<Dashboard> => {
  const { settings, environment, logger, stopping, onLine } = options
  const refusal = refuseBind(settings)
  if (refusal !== undefined) throw new SettingsError(refusal)
  const port = await claimPort('PORT', settings.HOST, settings.PORT)
  const processorPort = await claimPort('PROCESSOR_PORT', '127.0.0.1', settings.PROCESSOR_PORT)
  if (port === processorPort)
    throw new SettingsError(`PROCESSOR_PORT: ${port} is the PORT of the API already`)
  await reachBrokers(settings.KAFKA_BROKERS)

  const dataDir = resolve(settings.DATA_DIR)
  const database = await openDatabase({ databaseUrl: settings.DATABASE_URL, dataDir, stopping, logger })
  const env = {
    ...environment,
    DATA_DIR: dataDir,
    DATABASE_URL: database.url,
    PORT: String(port),
    PROCESSOR_PORT: String(processorPort),
  }
  const running: (() => Child)[] = []
  const stop = async () => {
    withdrawProcessor(dataDir)
    const giveUpAt = performance.now() + stopWithinMs
    for (const child of running.toReversed()) await child().stop(Math.max(0, giveUpAt - performance.now()))
    await database.stop(performance.now() > giveUpAt ? 'immediate' : 'fast')
  }
  const kill = () => {
    for (const child of running) child().kill()
    void database.stop('immediate')
  }
  const start = (name: string) => {
    const script = fileURLToPath(new URL(`../${name}/main.ts`, import.meta.url))
    const launch = () => startChild({ name, script, env, onLine: (line) => onLine(name, line) })
    const first = launch()
    let current = () => first
    running.push(() => current())
    const supervise = () => {
      current = keepRunning({ name, first, restart: async () => launch(), stopping, logger })
    }
    return { first, supervise }
  }
  const started = new AbortController()
  const untilAnswers = (name: string, url: string, read: UntilReadyOptions['read']) =>
    untilReady({
      url: `${url}/readyz`,
      read,
      stopping: AbortSignal.any([stopping, started.signal]),
      onWaiting: (reason) => logger.warn({ process: name, reason }, 'not ready yet'),
    })

  try {
    announceProcessor(dataDir, processorPort)
    const processor = start('processor')
    const api = start('api')
    await Promise.race([
      Promise.all([
        processor.first.ready,
        api.first.ready,
        untilAnswers('processor', `http://127.0.0.1:${processorPort}`, processorReadiness),
        untilAnswers('api', addressOf(settings.HOST, port), apiReadiness),
      ]),
      endOf('processor', processor.first),
      endOf('api', api.first),
    ])
    const hasGenerator = settings.GENERATOR ?? settings.KAFKA_BROKERS === undefined
    const generator = hasGenerator ? start('generator') : undefined
    if (!hasGenerator) logger.info('no demo traffic: GENERATOR=on publishes it')
    for (const child of [processor, api, generator]) child?.supervise()
  } catch (error) {
    await stop()
    throw error
  } finally {
    started.abort()
  }
  return { url: publicUrl(settings.HOST, port), stop, kill }
}

/** Rejects when a process ends that should have started. */
const endOf = async (name: string, child: Child): Promise<never> => {
  const { reason, refusal } = await child.ended
  throw refusal === undefined
    ? new StartError(`${name} did not start: ${reason}`)
    : new SettingsError(refusal)
}

/** A free port for 0; else the one asked for, if it can be had. */
const claimPort = async (name: string, host: string, port: number): Promise<number> => {
  const fault = await stayingPortFault(host, port)
  if (fault === 'EADDRINUSE')
    throw new SettingsError(`${name}: ${port} on ${host} is in use by ${describePortHolder(port)}`)
  if (fault === 'EACCES')
    throw new SettingsError(`${name}: ${port} on ${host} cannot be listened on without privileges (EACCES)`)
  if (fault !== undefined) throw new SettingsError(`HOST: ${host} cannot be listened on (${fault})`)
  return port === 0 ? choosePort(host) : port
}

const reachBrokers = async (brokers: readonly string[] | undefined): Promise<void> => {
  const fault = brokers === undefined ? undefined : await brokersFault(brokers)
  if (fault !== undefined) throw new SettingsError(`KAFKA_BROKERS: no broker can be reached: ${fault}`)
}

const isAnyAddress = (host: string): boolean => ['0.0.0.0', '::'].includes(host)

const addressOf = (host: string, port: number): string => {
  if (isAnyAddress(host)) return `http://${host === '::' ? '[::1]' : '127.0.0.1'}:${port}`
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}

const publicUrl = (host: string, port: number): string =>
  isAnyAddress(host) || host === '127.0.0.1' ? `http://localhost:${port}` : addressOf(host, port)
