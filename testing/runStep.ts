import { spawn } from 'node:child_process'
import { once } from 'node:events'

export interface StepOptions {
  readonly name: string
  readonly command: readonly [string, ...string[]]
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
  /** `live` shows what it prints at once, `captured` returns it. */
  readonly output: 'live' | 'captured'
  /** Ends it early. */
  readonly stopping?: AbortSignal
}

export interface StepResult {
  readonly name: string
  readonly ok: boolean
  readonly seconds: number
  /** What it printed, if that was captured. */
  readonly printed: string
}

/** Runs one command to its end. A program that cannot be started is a failed step. */
export const runStep = async (options: StepOptions): Promise<StepResult> => {
  const { name, command, cwd, env, output, stopping: signal } = options
  const began = performance.now()
  const [program, ...args] = command
  const sink = output === 'captured' ? 'pipe' : 'inherit'
  const child = spawn(program, args, { cwd, env, stdio: ['ignore', sink, sink], ...(signal && { signal }) })
  let printed = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => (printed += text))
  const ended = (ok: boolean): StepResult => ({
    name,
    ok,
    seconds: (performance.now() - began) / 1000,
    printed,
  })
  try {
    const [code] = (await once(child, 'close')) as [number | null]
    return ended(code === 0)
  } catch (error) {
    printed += (error as Error).message
    return ended(false)
  }
}
