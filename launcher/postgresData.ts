import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { PostgresAccount } from './postgresAccount.ts'
import { postgresMajorVersion } from './postgresBinaries.ts'

/** The superuser of the embedded server. */
export const postgresUser = 'postgres'

const passwordFile = (dataDir: string): string => join(dataDir, 'superuser-password')

/** The superuser's password, made with the data and kept in it, readable by its owner alone. */
export const readPassword = (dataDir: string): string => readFileSync(passwordFile(dataDir), 'utf8').trim()

/** @throws if the data was made by another major version, or is no PostgreSQL data at all */
export const checkData = (dataDir: string): void => {
  const file = join(dataDir, 'PG_VERSION')
  const version = existsSync(file) ? readFileSync(file, 'utf8').trim() : 'none'
  if (Number(version) !== postgresMajorVersion)
    throw new Error(`${dataDir} holds PostgreSQL data of version ${version}, not ${postgresMajorVersion}`)
}

export interface MakeDataOptions {
  readonly initdb: string
  readonly dataDir: string
  readonly account: PostgresAccount
  readonly sync: boolean
}

/** Makes a data directory, whole or not at all: it gets its name once it is complete. */
export const makeData = async ({ initdb, dataDir, account, sync }: MakeDataOptions): Promise<void> => {
  const unfinished = `${dataDir}.new`
  const password = `${unfinished}-password`
  rmSync(unfinished, { recursive: true, force: true })
  mkdirSync(dirname(dataDir), { recursive: true })
  mkdirSync(unfinished, { mode: 0o700 })
  writeFileSync(password, `${randomBytes(24).toString('base64url')}\n`, { mode: 0o600 })
  if (account.owner !== undefined)
    for (const path of [unfinished, password]) chownSync(path, account.owner.uid, account.owner.gid)
  const args = [
    `--pgdata=${unfinished}`,
    `--username=${postgresUser}`,
    `--pwfile=${password}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--locale=C',
    ...(sync ? [] : ['--no-sync']),
  ]
  await runInitdb(initdb, args, account).catch((error: Error) => {
    throw new Error(`PostgreSQL's data could not be made in ${dataDir}: ${error.message}`, { cause: error })
  })
  renameSync(password, passwordFile(unfinished))
  renameSync(unfinished, dataDir)
}

const runInitdb = (initdb: string, args: string[], account: PostgresAccount): Promise<void> =>
  new Promise((resolve, reject) => {
    const [program = initdb, ...rest] = [...account.prefix, initdb, ...args]
    const child = spawn(program, rest, { ...account.spawnAs, cwd: '/', stdio: ['ignore', 'ignore', 'pipe'] })
    let output = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text))
    child.once('error', reject)
    child.once('close', (code) => {
      if (code === 0) return resolve()
      reject(new Error(output.trim().replaceAll(/\s*\n\s*/g, '; ') || `initdb ended with code ${code}`))
    })
  })
