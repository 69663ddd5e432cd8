import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { choosePort } from './choosePort.ts'
import { choosePostgresAccount } from './postgresAccount.ts'
import { findPostgresBinaries } from './postgresBinaries.ts'
import { checkData, makeData, postgresUser, readPassword } from './postgresData.ts'
import { placeBinaries } from './reachableBinaries.ts'
import { startServer } from './postgresServer.ts'

export interface EmbeddedPostgresOptions {
  /** Absolute. Made if it does not exist yet. */
  readonly dataDir: string
  /** Where it is taken, another is chosen. Default: any. */
  readonly preferredPort?: number
  /** Server settings over the defaults. */
  readonly settings?: Readonly<Record<string, string>>
  /** Whether new data is synced to disk before use. Default true; a throwaway one need not be. */
  readonly syncNewData?: boolean
  /** Told of every line that the server logs. */
  readonly onLog?: (line: string) => void
}

export interface EmbeddedPostgres {
  readonly port: number
  /** The postmaster's process id. */
  readonly pid: number
  /** The connection string of a database, as the superuser. */
  url(database: string): string
  /** Resolves when the server has ended, wanted or not, with its last words as the reason. */
  readonly ended: Promise<{ readonly reason: string }>
  /**
   * `fast` ends all connections and stops in order; `immediate` stops at once, and the next start recovers.
   * Idempotent. Resolves when the server has ended.
   */
  stop(mode?: 'fast' | 'immediate'): Promise<void>
}

const defaultSettings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  shared_buffers: '256MB',
  max_wal_size: '4GB',
  max_connections: '100',
  // Full-page images of the window tables compress well. This build has neither lz4 nor zstd.
  wal_compression: 'pglz',
  lc_messages: 'C',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_line_prefix: '',
}

/** How long a server that is still stopping on the same data is waited for: its launcher was killed, say. */
const predecessorWaitMs = 15_000

/**
 * Starts a real PostgreSQL on a data directory, which it makes first if there is none. Resolves once
 * connections are accepted, after crash recovery if need be.
 * @throws with the server's own reason if it does not start
 */
export const startEmbeddedPostgres = async (options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> => {
  const { dataDir, preferredPort, settings = {}, syncNewData = true, onLog = () => {} } = options
  const packaged = await findPostgresBinaries()
  mkdirSync(dirname(dataDir), { recursive: true })
  const account = choosePostgresAccount(dataDir)
  const { initdb, postgres } = placeBinaries(packaged, account.owner)
  if (!existsSync(dataDir)) await makeData({ initdb, dataDir, account, sync: syncNewData })
  checkData(dataDir)
  const giveUpAt = performance.now() + predecessorWaitMs
  for (;;) {
    const port = await choosePort('127.0.0.1', preferredPort)
    const parameters = Object.entries({ ...defaultSettings, ...settings, port: String(port) })
    const args = ['-D', dataDir, ...parameters.flatMap(([name, value]) => ['-c', `${name}=${value}`])]
    const server = await startServer({ postgres, args, account, onLog })
    if (server.ok) {
      const password = readPassword(dataDir)
      const pid = Number(readFileSync(join(dataDir, 'postmaster.pid'), 'utf8').split('\n')[0])
      return {
        port,
        pid,
        ended: server.ended.then((reason) => ({ reason })),
        url: (database) => `postgres://${postgresUser}:${password}@127.0.0.1:${port}/${database}`,
        async stop(mode = 'fast') {
          if (mode === 'immediate') server.stopImmediately(pid)
          else server.stop()
          await server.ended
        },
      }
    }
    if (!isPredecessor(server.reason) || performance.now() > giveUpAt)
      throw new Error(`embedded PostgreSQL did not start: ${server.reason}`)
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

const isPredecessor = (reason: string): boolean =>
  /lock file "postmaster.pid" already exists|pre-existing shared memory block/.test(reason)
