import { migrate } from '@patterns/launcher/migrate.ts'
import type { Command } from 'commander'
import type { CliContext } from '../context.ts'
import { type ExitCode, RefusedError } from '../exitCode.ts'
import { reachDatabase } from '../withDatabase.ts'

const migrateDatabase = async (context: CliContext): Promise<ExitCode> => {
  const { DATABASE_URL } = context.settings()
  if (DATABASE_URL === undefined) {
    throw new RefusedError('DATABASE_URL must be set: "npm start" migrates its embedded database by itself', {
      exitCode: 2,
    })
  }
  await reachDatabase(context)
  const ran = await migrate({ databaseUrl: DATABASE_URL })
  const lines = ran.length === 0 ? ['The schema is up to date.'] : ran.map((name) => `Migrated ${name}.`)
  context.stdout.write(`${lines.join('\n')}\n`)
  return 0
}

/** `migrate`: brings the schema of `DATABASE_URL` up to date, for processors and apis that start alone. */
export const register = (program: Command, context: CliContext): void => {
  program
    .command('migrate')
    .summary('brings the schema of DATABASE_URL up to date')
    .description(
      'Runs the migrations that the database of DATABASE_URL does not have yet, all or none, under a lock. Forward only.',
    )
    .addHelpText('after', '\nExample:\n  DATABASE_URL=postgres://… npm run cli -- migrate')
    .action(context.action(() => migrateDatabase(context)))
}
