import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SettingsError } from '@patterns/shared/settings/readSettings.ts'

/** Less than this and PostgreSQL could not even write its first log segment (16 MiB) and the tables of an empty database. */
const minFreeBytes = 64 << 20

const meanings: Readonly<Record<string, string>> = {
  ENOSPC: 'its disk is full',
  EDQUOT: 'the quota of its disk is used up',
  EROFS: 'its disk is read-only',
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  ENOTDIR: 'it is not a folder',
}

/** The refusal of a data directory that the system answers with an error. */
export const dataDirError = (dataDir: string, error: NodeJS.ErrnoException): SettingsError => {
  const meaning = meanings[error.code ?? '']
  const reason = meaning === undefined ? (error.code ?? error.message) : `${meaning}, ${error.code}`
  return new SettingsError(`DATA_DIR: ${dataDir} cannot be used (${reason})`, { cause: error })
}

/**
 * Makes sure that a data directory can be written and has room, before anything is started on it.
 * @throws SettingsError, one line that names the folder and the reason
 */
export const requireUsableDataDir = (dataDir: string): void => {
  const probe = join(dataDir, `.write-test-${process.pid}`)
  try {
    mkdirSync(dataDir, { recursive: true })
    writeFileSync(probe, 'x', { flush: true })
  } catch (error) {
    throw dataDirError(dataDir, error as NodeJS.ErrnoException)
  } finally {
    rmSync(probe, { force: true })
  }
  const { bavail, bsize } = statfsSync(dataDir)
  const free = bavail * bsize
  if (free >= minFreeBytes) return
  const megabytes = (bytes: number) => `${Math.floor(bytes / (1 << 20))} MB`
  throw new SettingsError(
    `DATA_DIR: ${dataDir} cannot be used (its disk is full: ${megabytes(free)} are free, ${megabytes(minFreeBytes)} are needed)`,
  )
}
