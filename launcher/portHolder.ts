import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** The state of a listening socket in /proc/net/tcp. */
const listening = '0A'

/**
 * Who listens on a TCP port of this machine: `process 123 (node api/main.ts)`, or `another program` if the system
 * does not tell (another user's process, or no /proc).
 */
export const describePortHolder = (port: number): string => {
  const sockets = new Set(['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) => socketsOn(port, table)))
  const pid = sockets.size === 0 ? undefined : processIds().find((id) => holdsOne(id, sockets))
  return pid === undefined ? 'another program' : `process ${pid} (${commandOf(pid)})`
}

/** The inodes of the sockets that listen on the port, in the form of the links of /proc/<pid>/fd. */
const socketsOn = (port: number, table: string): string[] => {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  return linesOf(table)
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local, , state]) => local?.endsWith(suffix) === true && state === listening)
    .map((fields) => `socket:[${fields[9]}]`)
}

const linesOf = (table: string): string[] => {
  try {
    return readFileSync(table, 'utf8').split('\n')
  } catch {
    return []
  }
}

const processIds = (): string[] => readdirSync('/proc').filter((name) => /^\d+$/.test(name))

const holdsOne = (pid: string, sockets: ReadonlySet<string>): boolean => {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => sockets.has(readlinkSync(`/proc/${pid}/fd/${fd}`)))
  } catch {
    return false // It ended meanwhile, or is another user's.
  }
}

const commandOf = (pid: string): string =>
  linesOf(`/proc/${pid}/cmdline`).join(' ').replaceAll('\0', ' ').trim().slice(-80)
