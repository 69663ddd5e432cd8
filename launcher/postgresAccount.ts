import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/** The account that PostgreSQL runs as. */
export interface PostgresAccount {
  /** Who must own the data; absent if PostgreSQL simply runs as we do. */
  readonly owner?: Account
  /** What its programs are spawned as. */
  readonly spawnAs: Partial<Account>
  /** The command in front of its programs, if it needs one. */
  readonly prefix: readonly string[]
}

export interface Account {
  readonly uid: number
  readonly gid: number
}

/**
 * PostgreSQL refuses to run as root, so root lends it an account: that of the existing data, else
 * `postgres`, else `nobody`. If a folder above the data lets only root pass (a clone under /root, a folder made
 * by mktemp), the account is given the right to pass, and nothing in the file system is changed.
 * @throws with a readable message if root has no account to lend
 */
export const choosePostgresAccount = (dataDir: string): PostgresAccount => {
  if (process.getuid?.() !== 0) return { spawnAs: {}, prefix: [] }
  const account = ownerOf(dataDir) ?? accountNamed('postgres') ?? accountNamed('nobody')
  if (account === undefined)
    throw new Error(
      'PostgreSQL does not run as root, and there is no user postgres or nobody: set DATABASE_URL',
    )
  if (canReach(dataDir, account)) return { owner: account, spawnAs: account, prefix: [] }
  const setpriv = ['/usr/bin/setpriv', '/bin/setpriv'].find(isExecutable)
  if (setpriv === undefined)
    throw new Error(
      `PostgreSQL does not run as root, and user ${account.uid} may not enter ${dirname(dataDir)}: ` +
        'move DATA_DIR, or set DATABASE_URL',
    )
  const capabilities = ['--inh-caps', '+dac_override', '--ambient-caps', '+dac_override']
  const identity = ['--reuid', String(account.uid), '--regid', String(account.gid), '--clear-groups']
  return { owner: account, spawnAs: {}, prefix: [setpriv, ...identity, ...capabilities, '--'] }
}

const ownerOf = (dataDir: string): Account | undefined => {
  if (!existsSync(dataDir)) return undefined
  const { uid, gid } = statSync(dataDir)
  return uid === 0 ? undefined : { uid, gid }
}

const accountNamed = (name: string): Account | undefined => {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${name}:`))
  const [, , uid, gid] = line?.split(':') ?? []
  return uid === undefined || gid === undefined ? undefined : { uid: Number(uid), gid: Number(gid) }
}

const isExecutable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Whether every existing folder above `path` lets the account pass. */
export const canReach = (path: string, account: Account): boolean => {
  const folder = dirname(path)
  const passes = !existsSync(folder) || mayEnter(folder, account)
  return passes && (folder === path || canReach(folder, account))
}

const mayEnter = (folder: string, { uid, gid }: Account): boolean => {
  const status = statSync(folder)
  if (status.uid === uid) return (status.mode & 0o100) !== 0
  if (status.gid === gid) return (status.mode & 0o010) !== 0
  return (status.mode & 0o001) !== 0
}
