import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { z } from 'zod'

const historySchema = z.object({
  seed: z.string(),
  /** The span of the history, epoch milliseconds. */
  from: z.number(),
  to: z.number(),
  /** How many of its messages the topic has acknowledged. */
  sent: z.number().int().min(0),
  isComplete: z.boolean(),
})

/** The history that a topic was given, and how much of it: enough to go on with the very same bytes. */
export type History = z.infer<typeof historySchema>

const fileSchema = z.record(z.string(), historySchema)

/** Remembers the history of each topic in one small file. */
export interface HistoryState {
  /** `undefined` if no history was ever begun. */
  read(): Promise<History | undefined>
  write(history: History): Promise<void>
}

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT'

/**
 * @param topic names the topic among all that were ever written to from this data directory
 * @throws if the file is there but is not ours to read: nothing is then published by guess
 */
export const createHistoryState = (file: string, topic: string): HistoryState => {
  const readAll = async (): Promise<Record<string, History>> => {
    try {
      return fileSchema.parse(JSON.parse(await readFile(file, 'utf8')))
    } catch (error) {
      if (isMissing(error)) return {}
      throw new Error(`${file} cannot be read as the generator's state; remove it to start again`, {
        cause: error,
      })
    }
  }
  return {
    read: async () => (await readAll())[topic],
    async write(history) {
      const all = { ...(await readAll()), [topic]: history }
      await mkdir(dirname(file), { recursive: true })
      // Renamed into place, so that a crash leaves the old file or the new one, never half of one.
      await writeFile(`${file}.new`, `${JSON.stringify(all, null, 2)}\n`)
      await rename(`${file}.new`, file)
    },
  }
}
