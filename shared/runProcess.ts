import { flushCompileCache } from 'node:module'
import type { z } from 'zod'
import { createLogger } from './logger.ts'
import type { Logger } from './logger.ts'
import { readFlags } from './readFlags.ts'
import { readSettings, SettingsError } from './settings/readSettings.ts'
import { processSettings } from './settings/settings.ts'

/** What keeps a process from starting, in one line that a person can act on. */
export class StartError extends Error {
  override readonly name = 'StartError'
}

type Settings<Shape extends z.ZodRawShape> = z.infer<z.ZodObject<typeof processSettings & Shape>>

/** What a process keeps running until it is told to stop. */
export interface Running {
  /** Lets go in reverse order. Called once. */
  stop(): Promise<void>
}

export interface Start<Shape extends z.ZodRawShape> {
  readonly settings: Settings<Shape>
  readonly logger: Logger
  /** Aborts when the process is told to stop, also while it is still starting. */
  readonly stopping: AbortSignal
  /** Ends the process in order, with exit code 1: something broke that cannot be repaired from within. */
  fail(error: Error): void
}

export interface RunProcessOptions<Shape extends z.ZodRawShape> {
  /** The process itself, handed in by `main.ts`: only there is it global. */
  readonly process: Pick<
    NodeJS.Process,
    'argv' | 'env' | 'connected' | 'exit' | 'on' | 'send' | 'stdout' | 'stderr'
  >
  /** Names it in logs. */
  readonly name: string
  /** What it reads from the environment, besides LOG_LEVEL and DATA_DIR. */
  readonly settings: Shape
  /** What `--help` prints; all other arguments are refused. Absent if the caller reads the arguments itself. */
  readonly help?: string
  /**
   * Starts everything and resolves once it runs. A `SettingsError` from it (a busy port, an unreachable
   * database) is printed as one line, like that of a bad value, and so is a `StartError`.
   */
  start(context: Start<Shape>): Promise<Running>
  /** Where its logs go. Default JSON on standard error. */
  readonly makeLogger?: (name: string, level: string) => Logger
  /** How long stopping may take, in milliseconds, before the process just ends. Default 10 s. */
  readonly stopDeadlineMs?: number
  /** Signals this close together, in milliseconds, are one: npm and the terminal pass the same Ctrl-C on. */
  readonly sameSignalMs?: number
}

/**
 * The life of a process of ours, the same for all: arguments and settings are read first (a fault is one line and exit code
 * 2), a signal or the end of the parent stops it in order (exit code 0) under a deadline, a second signal
 * forces it (1), and an uncaught error is logged and ends it (1). A parent is told `ready` once started.
 */
export const runProcess = async <Shape extends z.ZodRawShape>({
  process,
  name,
  settings: shape,
  help,
  start,
  makeLogger = createLogger,
  stopDeadlineMs = 10_000,
  sameSignalMs = 500,
}: RunProcessOptions<Shape>): Promise<void> => {
  if (help !== undefined) {
    const asked = readFlags(process.argv.slice(2), { help: 'h' })
    if (!asked.ok) {
      process.stderr.write(`${name}: ${asked.fault}\n`)
      return process.exit(2)
    }
    if (asked.help) {
      process.stdout.write(help)
      return process.exit(0)
    }
  }
  const refuse = (error: SettingsError | StartError): never => {
    process.stderr.write(`${name}: ${error.message}\n`)
    return process.exit(error instanceof SettingsError ? 2 : 1)
  }
  let settings: Settings<Shape>
  try {
    settings = readSettings({ ...processSettings, ...shape }, process.env) as Settings<Shape>
  } catch (error) {
    if (error instanceof SettingsError) return refuse(error)
    throw error
  }
  const logger = makeLogger(name, (settings as { LOG_LEVEL: string }).LOG_LEVEL)
  const stopping = new AbortController()
  let stopBegan = 0

  const crash = (error: unknown): void => {
    logger.fatal({ err: error }, 'uncaught error')
    process.exit(1)
  }
  const stop = async (reason: string, code: number): Promise<void> => {
    if (stopping.signal.aborted) return
    stopBegan = performance.now()
    stopping.abort()
    logger.info({ reason }, 'stopping')
    setTimeout(() => {
      logger.error({ deadline_ms: stopDeadlineMs }, 'not everything stopped in time')
      process.exit(1)
    }, stopDeadlineMs)
    try {
      const running = await starting.catch(() => undefined)
      await running?.stop()
      logger.info('stopped')
      process.exit(code)
    } catch (error) {
      logger.error({ err: error }, 'could not stop in order')
      process.exit(1)
    }
  }
  const stopOnSignal = (signal: NodeJS.Signals): void => {
    if (!stopping.signal.aborted) return void stop(signal, 0)
    if (performance.now() - stopBegan < sameSignalMs) return
    logger.warn({ reason: signal }, 'stopping at once')
    process.exit(1)
  }

  process.on('uncaughtException', crash)
  process.on('unhandledRejection', crash)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stopOnSignal)
  const stopWithParent = () => void stop('the parent process ended', 0)
  process.on('disconnect', stopWithParent)

  const fail = (error: Error): void => {
    logger.fatal({ err: error }, 'cannot go on')
    void stop('it cannot go on', 1)
  }
  const starting = Promise.resolve().then(() => start({ settings, logger, stopping: stopping.signal, fail }))
  // It may have ended before the listener was there.
  if (process.send !== undefined && !process.connected) stopWithParent()
  try {
    await starting
  } catch (error) {
    if (stopping.signal.aborted) return
    if (error instanceof SettingsError || error instanceof StartError) return refuse(error)
    logger.fatal({ err: error }, 'could not start')
    process.exit(1)
  }
  process.send?.('ready', undefined, undefined, () => {})
  // Node does so at the end, which a process that is killed does not reach: its next start should be quick too.
  flushCompileCache()
}
