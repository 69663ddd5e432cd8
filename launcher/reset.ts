import { rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { SettingsError } from '@patterns/shared/settings/readSettings.ts'

export interface ResetOptions {
  readonly dataDir: string
  readonly databaseUrl: string | undefined
  /** Answered beforehand, by `--yes`. */
  readonly confirmed: boolean
  readonly terminal: { readonly input: NodeJS.ReadStream; readonly output: NodeJS.WriteStream }
}

/** What the embedded parts keep in the data directory. The rest (Kafka's programs for the tests) is no data. */
const embeddedData = [
  'postgres',
  'postgres.new',
  'postgres.new-password',
  'postgres.url',
  'processor.url',
  'topic',
  'generator.json',
]

/**
 * Deletes the embedded data, after asking. A real database is never touched: its owner empties it.
 * @returns whether it did: no if the person said no
 * @throws SettingsError if it must not, or there is no terminal to ask on
 */
export const reset = async ({
  dataDir,
  databaseUrl,
  confirmed,
  terminal,
}: ResetOptions): Promise<boolean> => {
  // The topic in files alone must not go either: the log in that database says how far it was read.
  if (databaseUrl !== undefined)
    throw new SettingsError(
      'DATABASE_URL is set, and --reset deletes embedded data only: empty that database yourself',
    )
  const folder = resolve(dataDir)
  if (!confirmed && !(await ask(`Delete all events and windows in ${folder}? [y/N] `, terminal))) return false
  for (const name of embeddedData) rmSync(join(folder, name), { recursive: true, force: true })
  return true
}

const ask = async (question: string, { input, output }: ResetOptions['terminal']): Promise<boolean> => {
  if (!input.isTTY)
    throw new SettingsError(
      '--reset asks before it deletes, and there is no terminal to answer on: add --yes',
    )
  const prompt = createInterface({ input, output })
  try {
    return /^y(es)?$/i.test((await prompt.question(question)).trim())
  } finally {
    prompt.close()
  }
}
