import { createLogger, type Logger } from '@patterns/shared/logger.ts'
import { readSettings } from '@patterns/shared/settings/readSettings.ts'
import {
  databaseSettings,
  processorSettings,
  processSettings,
  topicSettings,
} from '@patterns/shared/settings/settings.ts'
import type { z } from 'zod'
import type { ExitCode } from './exitCode.ts'

const settingsShape = {
  ...processSettings,
  ...topicSettings,
  /** Where a processor is asked that no running `npm start` tells of. */
  PROCESSOR_PORT: processorSettings.PROCESSOR_PORT,
  /** If it is absent, the embedded database of a running `npm start` is used. */
  DATABASE_URL: databaseSettings.DATABASE_URL.optional(),
}
export type CliSettings = z.infer<z.ZodObject<typeof settingsShape>>

/** What a command may touch. */
export interface CliContext {
  readonly stdin: NodeJS.ReadStream
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
  /** Epoch milliseconds. */
  readonly now: () => number
  /** Read when first asked for, so that help can be had with faulty settings. @throws SettingsError */
  settings(): CliSettings
  logger(): Logger
  /** Makes a commander action of work that answers an exit code. */
  action<Arguments extends unknown[]>(
    work: (...given: Arguments) => Promise<ExitCode>,
  ): (...given: Arguments) => Promise<void>
  exitCode(): ExitCode
  /** Resolves once all of standard output is written, with what kept it from being. */
  outputFailure(): Promise<Error | undefined>
  /** Calls back at the first Ctrl-C in place of ending the process; a second one ends it. */
  onInterrupt(listener: () => void): void
}

/** @param process handed in by `main.ts`: only there is it global */
export const createContext = (
  process: Pick<NodeJS.Process, 'stdin' | 'stdout' | 'stderr' | 'env' | 'once'>,
): CliContext => {
  let settings: CliSettings | undefined
  let logger: Logger | undefined
  let exitCode: ExitCode = 0
  let outputFailure: Error | undefined
  // A reader that has enough (`head`) closes the pipe: no error. Anything else that breaks it is one.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') outputFailure ??= error
  })
  process.stderr.on('error', () => {})
  const readOnce = (): CliSettings => (settings ??= readSettings(settingsShape, process.env))
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    now: Date.now,
    settings: readOnce,
    // What goes wrong reaches a person as one line; structured logs are there for who asks for them.
    logger: () =>
      (logger ??= createLogger('cli', process.env['LOG_LEVEL'] ? readOnce().LOG_LEVEL : 'silent')),
    action:
      (work) =>
      async (...given) => {
        exitCode = await work(...given)
      },
    exitCode: () => exitCode,
    outputFailure: () =>
      new Promise((resolve) => {
        // The callback comes before the stream's error event.
        process.stdout.write('', () => setImmediate(() => resolve(outputFailure)))
      }),
    onInterrupt: (listener) => void process.once('SIGINT', listener),
  }
}
