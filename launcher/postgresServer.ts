import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { PostgresAccount } from './postgresAccount.ts'

export interface ServerOptions {
  readonly postgres: string
  readonly args: readonly string[]
  readonly account: PostgresAccount
  readonly onLog: (line: string) => void
}

export type StartedServer =
  | {
      readonly ok: true
      /** Resolves with the server's last words when it has ended. */
      readonly ended: Promise<string>
      stop(): void
      stopImmediately(postmaster: number): void
    }
  | { readonly ok: false; readonly reason: string }

/**
 * The server is a child of a shell that waits for its standard input to end and then asks the server to stop
 * (SIGINT, a fast shutdown): so it stops as well if this process is killed. The shell leads a session of
 * its own, so that a Ctrl-C in the terminal does not stop the server before those that use it.
 */
const untilInputEnds = `
exec 3<&0 </dev/null
"$@" 3<&- & server=$!
( exec >/dev/null 2>&1; read -r input <&3; kill -INT "$server" ) & watch=$!
exec 3<&-
wait "$server"; code=$?
kill "$watch" 2>/dev/null
wait "$watch" 2>/dev/null
exit "$code"`

/** Starts the server's process. Resolves when it accepts connections, or with the reason why it ended first. */
export const startServer = ({ postgres, args, account, onLog }: ServerOptions): Promise<StartedServer> => {
  const command = [...account.prefix, '/bin/sh', '-c', untilInputEnds, 'postgres', postgres, ...args]
  const [program = '/bin/sh', ...rest] = command
  const child = spawn(program, rest, {
    ...account.spawnAs,
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'pipe'],
  })
  // The shell may end before it has read the end of its input.
  child.stdin.on('error', () => {})
  const log = createInterface({ input: child.stderr })
  let lastWords = ''
  log.on('line', (line) => {
    if (/^(FATAL|PANIC): /.test(line)) lastWords = line.replace(/^\w+:\s*/, '')
    onLog(line)
  })
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('close', (code, signal) => resolve(lastWords || `it ended with ${signal ?? `code ${code}`}`))
  })
  const accepting = new Promise<StartedServer>((resolve) => {
    log.on('line', (line) => {
      if (!line.includes('database system is ready to accept connections')) return
      resolve({
        ok: true,
        ended,
        stop: () => void child.stdin.end(),
        stopImmediately: (postmaster) => {
          if (child.exitCode === null && child.signalCode === null) process.kill(postmaster, 'SIGQUIT')
        },
      })
    })
  })
  return Promise.race([accepting, ended.then((reason) => ({ ok: false as const, reason }))])
}
