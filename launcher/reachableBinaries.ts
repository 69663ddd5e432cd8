import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  chmodSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { spawnSync } from 'node:child_process'
import { type Account, canReach } from './postgresAccount.ts'
import type { PostgresBinaries } from './postgresBinaries.ts'

/** Folders of the system for copies of programs, in the order of preference; the last one always exists. */
const systemFolders = (): string[] => ['/var/cache/pattern-dashboard', join(tmpdir(), 'pattern-dashboard')]

/**
 * PostgreSQL's programs if the account can run them. A clone under root's home, as in most containers, lets only
 * root pass. A capability cannot help there: PostgreSQL asks `access(2)` whether it may run its own programs, and
 * that ignores capabilities for a user who is not root. So the programs (60 MB) are copied once to a folder of the
 * system that everybody may enter.
 * @throws with a readable message if no such folder can be written
 */
export const placeBinaries = (
  binaries: PostgresBinaries,
  account: Account | undefined,
  folders: readonly string[] = systemFolders(),
): PostgresBinaries => {
  if (account === undefined || canReach(binaries.postgres, account)) return binaries
  const native = dirname(dirname(binaries.postgres))
  const faults: string[] = []
  for (const folder of folders) {
    try {
      const copied = copyOnce(native, folder)
      const placed = {
        initdb: join(copied, 'bin', 'initdb'),
        postgres: join(copied, 'bin', 'postgres'),
      }
      const { error, status } = spawnSync(placed.postgres, ['--version'], { ...account, cwd: '/' })
      if (status === 0) return placed
      faults.push(`${folder}: ${error?.message ?? `its programs end with code ${status}`}`)
    } catch (error) {
      faults.push((error as Error).message)
    }
  }
  throw new Error(
    `PostgreSQL does not run as root, and user ${account.uid} may not enter ${native}: move this folder, or set ` +
      `DATABASE_URL (${faults.join('; ')})`,
  )
}

/** A whole copy or none: it gets its name once it is complete. The version of the package names it. */
const copyOnce = (native: string, folder: string): string => {
  const { version } = JSON.parse(readFileSync(join(dirname(native), 'package.json'), 'utf8')) as {
    version: string
  }
  const copy = join(folder, `postgres-${version}`)
  mkdirSync(folder, { recursive: true, mode: 0o755 })
  // Root runs initdb's and the server's code from here: nobody else may have put it there.
  for (const path of [folder, copy]) refuseForeign(path)
  if (existsSync(copy)) return copy
  const unfinished = `${copy}.${process.pid}`
  rmSync(unfinished, { recursive: true, force: true })
  cpSync(native, unfinished, { recursive: true, verbatimSymlinks: true })
  chmodSync(unfinished, 0o755)
  try {
    renameSync(unfinished, copy)
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true })
    // Another start was faster.
    if (!existsSync(copy)) throw error
  }
  return copy
}

const refuseForeign = (path: string): void => {
  if (!existsSync(path)) return
  const status = lstatSync(path)
  const isOurs = status.isDirectory() && status.uid === process.getuid?.() && (status.mode & 0o022) === 0
  if (!isOurs) throw new Error(`${path} belongs to somebody else, or others may write there`)
}
