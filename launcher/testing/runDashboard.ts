import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { compileCache } from '@patterns/testing/compileCache.ts'
import { vi } from 'vitest'
import { processesOf } from './processesOf.ts'

const script = fileURLToPath(new URL('../main.ts', import.meta.url))

export interface RunningDashboard {
  readonly pid: number
  /** All that it printed so far. */
  readonly output: { out: string; err: string }
  /** The exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>
  /** Resolves with the address once it says that it is ready. */
  ready(): Promise<string>
  kill(signal: NodeJS.Signals): void
}

const running = new Set<string>()

/** Ends whatever the tests of this file left running. */
export const killDashboards = () => {
  for (const dataDir of running) for (const { pid } of processesOf(dataDir)) process.kill(pid, 'SIGKILL')
  running.clear()
}

/** What npm start starts, on ports that the system chooses, without demo traffic unless asked for. */
export const runDashboard = (
  dataDir: string,
  env: Readonly<Record<string, string>> = {},
  args: readonly string[] = [],
): RunningDashboard => {
  running.add(dataDir)
  const child = spawn(process.execPath, [script, ...args], {
    env: {
      ...compileCache,
      PATH: process.env['PATH'],
      DATA_DIR: dataDir,
      PORT: '0',
      PROCESSOR_PORT: '0',
      GENERATOR: 'off',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.err += text))
  const ended = once(child, 'close').then(([code, signal]) => (signal ?? code) as number | string)
  return {
    pid: child.pid ?? 0,
    output,
    ended,
    kill: (signal) => void child.kill(signal),
    async ready() {
      const end = ended.then((code) => {
        throw new Error(`it ended with ${code}: ${output.err}`)
      })
      const line = vi.waitUntil(() => /^ready (\S+)$/m.exec(output.out)?.[1], {
        timeout: 60_000,
        interval: 10,
      })
      return Promise.race([line, end])
    },
  }
}
