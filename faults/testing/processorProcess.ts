import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { youngGeneration } from '../../launcher/youngGeneration.mjs'

const script = fileURLToPath(new URL('../../processor/main.ts', import.meta.url))
/** As `npm start` starts it: how much memory it takes depends on that. */
const nodeOptions = [youngGeneration('processor/main.ts')]

/** How a process ended. */
export interface ProcessEnd {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export interface OperatorAnswer {
  readonly status: number
  readonly text: string
}

/** The real processor as a process of its own. */
export interface ProcessorProcess {
  readonly pid: number
  /** Resolves once it says that it is ready. Rejects if it ends before. */
  readonly ready: Promise<void>
  readonly ended: Promise<ProcessEnd>
  isRunning(): boolean
  /** All that it has logged so far. */
  log(): string
  /** Asks its server for operators. */
  ask(path: '/livez' | '/readyz' | '/metrics'): Promise<OperatorAnswer>
  /** Ends it as `kill -9` does. Resolves when it is gone. */
  kill(): Promise<void>
  /** Asks it to stop (SIGTERM), and resolves when it is gone. */
  stop(): Promise<ProcessEnd>
  /** Freezes it, as a machine that swaps or a paused container does. */
  freeze(): void
  thaw(): void
}

/** Starts one. It does not outlive this process: it stops when the channel to it closes. */
export const spawnProcessor = (environment: Readonly<Record<string, string>>): ProcessorProcess => {
  const child = spawn(process.execPath, [...nodeOptions, script], {
    env: { TZ: Intl.DateTimeFormat().resolvedOptions().timeZone, ...environment },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  let log = ''
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (log += text))
  const ended = new Promise<ProcessEnd>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }))
  })
  const isRunning = () => child.exitCode === null && child.signalCode === null
  const ready = new Promise<void>((resolve, reject) => {
    child.on('message', (message) => message === 'ready' && resolve())
    void ended.then(() => reject(new Error(`The processor ended before it was ready: ${log}`)))
  })
  // Who kills it while it starts does not wait for it.
  ready.catch(() => {})
  const end = async (signal: NodeJS.Signals): Promise<ProcessEnd> => {
    if (isRunning()) child.kill(signal)
    return ended
  }
  return {
    pid: child.pid!,
    ready,
    ended,
    isRunning,
    log: () => log,
    async ask(path) {
      const port = /"port":(\d+)/.exec(log)?.[1]
      if (port === undefined) throw new Error('The processor has not said its port yet')
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(10_000) })
      return { status: answer.status, text: await answer.text() }
    },
    kill: async () => void (await end('SIGKILL')),
    stop: async () => end('SIGTERM'),
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
  }
}
