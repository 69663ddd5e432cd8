import { Command, CommanderError } from 'commander'
import { SettingsError } from '@patterns/shared/settings/readSettings.ts'
import { TopicUnreachableError } from '@patterns/topic/topicUnreachable.ts'
import type { CliContext } from './context.ts'
import * as databaseMigrate from './database/migrate.ts'
import * as deadLettersList from './dead-letters/list.ts'
import * as deadLettersShow from './dead-letters/show.ts'
import { describeError } from './describeError.ts'
import { type ExitCode, RefusedError } from './exitCode.ts'
import * as logExport from './log/export.ts'
import * as logSearch from './log/search.ts'
import * as logVerify from './log/verify.ts'
import * as projectionsRebuild from './projections/rebuild.ts'
import * as publish from './publish/publish.ts'
import * as shardsAdopt from './shards/adopt.ts'
import * as shardsSkip from './shards/skip.ts'

const commands = [
  publish,
  logExport,
  logVerify,
  logSearch,
  deadLettersList,
  deadLettersShow,
  shardsAdopt,
  shardsSkip,
  projectionsRebuild,
  databaseMigrate,
]

const createProgram = (context: CliContext): Command => {
  // Set before the commands are added: each takes these over from its parent.
  const program = new Command('npm run cli --')
    .description('Looks after the pattern dashboard: its topic, its event log and its dead letters.')
    .exitOverride()
    .showHelpAfterError('(add --help for what is possible)')
    .configureOutput({
      writeOut: (text) => void context.stdout.write(text),
      writeErr: (text) => void context.stderr.write(text),
    })
    .addHelpText(
      'after',
      `
Exit codes: 0 all is well, 1 problems were found or it failed, 2 wrong usage or settings,
or what a setting leads to cannot be reached.
Settings come from the environment, as for npm start: DATABASE_URL, KAFKA_BROKERS, DATA_DIR, …`,
    )
  for (const { register } of commands) register(program, context)
  return program
}

const printError = (error: unknown, context: CliContext): void =>
  void context.stderr.write(`error: ${describeError(error)}\n`)

const runCommand = async (argv: readonly string[], context: CliContext): Promise<ExitCode> => {
  try {
    await createProgram(context).parseAsync(argv)
    return context.exitCode()
  } catch (error) {
    // Commander has printed its own message.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    printError(error, context)
    if (error instanceof SettingsError || error instanceof TopicUnreachableError) return 2
    return error instanceof RefusedError ? error.exitCode : 1
  }
}

/** Runs one command line. Never throws: what went wrong is one line on standard error and the exit code. */
export const runProgram = async (argv: readonly string[], context: CliContext): Promise<ExitCode> => {
  const exitCode = await runCommand(argv, context)
  const outputFailure = await context.outputFailure()
  if (exitCode !== 0 || outputFailure === undefined) return exitCode
  printError(outputFailure, context)
  return 1
}
