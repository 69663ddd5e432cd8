import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { youngGeneration } from './youngGeneration.mjs'

export interface ChildOptions {
  readonly name: string
  /** Absolute path of its `main.ts`. */
  readonly script: string
  readonly env: NodeJS.ProcessEnv
  /** Told of every line that it logs. */
  readonly onLine: (line: string) => void
}

export interface Child {
  readonly pid: number
  /** Resolves when it says that it is ready; never if it ends before. */
  readonly ready: Promise<void>
  readonly ended: Promise<ChildEnd>
  /** Asks it to stop, and ends it if it has not by then. Resolves when it is gone. Idempotent. */
  stop(withinMs: number): Promise<void>
  /** Ends it at once. */
  kill(): void
}

export interface ChildEnd {
  /** In words: `it ended with code 1`. */
  readonly reason: string
  /** Present if it refused to start because of a setting: its own one line. */
  readonly refusal?: string
}

/** The exit code of `runProcess` for a bad setting. */
const refused = 2

/**
 * Starts one of our processes. It leads a process group of its own, so that Ctrl-C in the terminal reaches the
 * launcher alone, which stops all in order; and it stops by itself when the channel to this process closes.
 */
export const startChild = ({ name, script, env, onLine }: ChildOptions): Child => {
  const child = spawn(process.execPath, [...process.execArgv, youngGeneration(script), script], {
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let refusal: string | undefined
  const refusalPrefix = `${name}: `
  const outputs = [child.stdout, child.stderr].filter((stream) => stream !== null)
  for (const stream of outputs) {
    createInterface({ input: stream }).on('line', (line) => {
      // Held back: if it ends with this, the launcher says it, once.
      if (line.startsWith(refusalPrefix)) refusal = line.slice(refusalPrefix.length)
      else onLine(line)
    })
  }
  const outputEnded = Promise.all(outputs.map(async (stream) => once(stream, 'end')))
  const ended = new Promise<ChildEnd>((resolve) => {
    child.once('error', (error) => resolve({ reason: error.message }))
    child.once('exit', (code, signal) => {
      // Its last words may still be in the pipe.
      void outputEnded.then(() => {
        if (code === refused && refusal !== undefined) return resolve({ reason: refusal, refusal })
        resolve({ reason: signal === null ? `it ended with code ${code}` : `it was ended by ${signal}` })
      })
    })
  })
  const ready = new Promise<void>((resolve) => {
    child.on('message', (message) => message === 'ready' && resolve())
  })
  return {
    pid: child.pid ?? 0,
    ready,
    ended,
    async stop(withinMs) {
      child.kill('SIGTERM')
      const overdue = setTimeout(() => child.kill('SIGKILL'), withinMs)
      await ended
      clearTimeout(overdue)
    },
    kill: () => void child.kill('SIGKILL'),
  }
}
