import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, realpathSync, rmSync } from 'node:fs'
import { createConnection, createServer } from 'node:net'
import type { Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as wait } from 'node:timers/promises'

export type DataDirLock =
  | { readonly ok: true; release(): Promise<void> }
  /** The process id of who has it. */
  | { readonly ok: false; readonly holder: number }

/** How long one that is already stopping is waited for. */
const stoppingWaitMs = 15_000

/**
 * Takes a data directory for this process alone, until it releases it or ends, however it ends: the lock is a
 * listening socket, so there is no file that could be left over. A holder that is stopping is waited for.
 * @param stopping aborts when this process begins to stop
 */
export const lockDataDir = async (dataDir: string, stopping: AbortSignal): Promise<DataDirLock> => {
  mkdirSync(dataDir, { recursive: true })
  const path = socketPath(realpathSync(dataDir))
  const answer = () => `${process.pid} ${stopping.aborted ? 'stopping' : 'running'}`
  const server = createServer((socket) => socket.on('error', () => {}).end(answer()))
  const giveUpAt = performance.now() + stoppingWaitMs
  while (!(await listen(server, path))) {
    const holder = await askHolder(path)
    if (holder === undefined) {
      // A socket in the file system outlives a killed process; an abstract one does not.
      if (path.startsWith('/')) rmSync(path, { force: true })
    } else if (!holder.stopping || performance.now() > giveUpAt) return { ok: false, holder: holder.pid }
    await wait(50)
  }
  server.unref()
  return { ok: true, release: () => new Promise((resolve) => server.close(() => resolve())) }
}

const socketPath = (dataDir: string): string => {
  const name = `pattern-dashboard-${createHash('sha256').update(dataDir).digest('hex').slice(0, 24)}`
  return process.platform === 'linux' ? `\0${name}` : join(tmpdir(), `${name}.sock`)
}

const listen = async (server: Server, path: string): Promise<boolean> => {
  try {
    await once(server.listen(path), 'listening')
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return false
    throw error
  }
}

/** What the holder says of itself; `undefined` if there is none (any more). */
const askHolder = async (path: string): Promise<{ pid: number; stopping: boolean } | undefined> => {
  try {
    const [pid, state] = (await text(createConnection(path))).split(' ')
    return pid ? { pid: Number(pid), stopping: state === 'stopping' } : undefined
  } catch {
    return undefined
  }
}
