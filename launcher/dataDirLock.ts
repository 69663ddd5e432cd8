import { createHash } from 'node:crypto'
import { mkdirSync, realpathSync, rmSync } from 'node:fs'
import { createConnection, createServer } from 'node:net'
import type { Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export type DataDirLock =
  | { readonly ok: true; release(): Promise<void> }
  | { readonly ok: false; readonly holder: number | undefined }

/**
 * Takes a data directory for this process alone, until it releases it or ends, however it ends: the lock is a
 * listening socket, so there is no file that could be left over. `holder` is the process id of who has it.
 */
export const lockDataDir = async (dataDir: string): Promise<DataDirLock> => {
  mkdirSync(dataDir, { recursive: true })
  const path = socketPath(realpathSync(dataDir))
  const server = createServer((socket) => socket.on('error', () => {}).end(String(process.pid)))
  if (!(await listen(server, path))) {
    const holder = await askHolder(path)
    if (holder.alive) return { ok: false, holder: holder.pid }
    // A socket in the file system outlives a killed process; an abstract one does not.
    rmSync(path, { force: true })
    if (!(await listen(server, path))) return { ok: false, holder: undefined }
  }
  server.unref()
  return { ok: true, release: () => new Promise((resolve) => server.close(() => resolve())) }
}

const socketPath = (dataDir: string): string => {
  const name = `pattern-dashboard-${createHash('sha256').update(dataDir).digest('hex').slice(0, 24)}`
  return process.platform === 'linux' ? `\0${name}` : join(tmpdir(), `${name}.sock`)
}

const listen = (server: Server, path: string): Promise<boolean> =>
  new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(false) : reject(error),
    )
    server.listen(path, () => resolve(true))
  })

const askHolder = (path: string): Promise<{ alive: boolean; pid?: number }> =>
  new Promise((resolve) => {
    const socket = createConnection(path).setEncoding('utf8')
    let said = ''
    socket.on('data', (text: string) => (said += text))
    socket.on('error', () => resolve({ alive: false }))
    socket.on('end', () => resolve({ alive: true, pid: Number(said) }))
  })
