import { spawn } from 'node:child_process'
import { once } from 'node:events'

export interface StepOptions {
  readonly name: string
  readonly command: readonly [string, ...string[]]
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
  /** `live` shows what it says at once, `kept` returns it. */
  readonly output: 'live' | 'kept'
  /** Ends it early. */
  readonly stopping?: AbortSignal
}

export interface StepResult {
  readonly name: string
  readonly ok: boolean
  readonly seconds: number
  /** What it said, where that was kept. */
  readonly said: string
}

/** Runs one command to its end. A program that cannot be started is a failed step. */
export const runStep = async (options: StepOptions): Promise<StepResult> => {
  const { name, command, cwd, env, output, stopping: signal } = options
  const began = performance.now()
  const [program, ...args] = command
  const kept = output === 'kept' ? 'pipe' : 'inherit'
  const child = spawn(program, args, { cwd, env, stdio: ['ignore', kept, kept], ...(signal && { signal }) })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => (said += text))
  const ended = (ok: boolean): StepResult => ({ name, ok, seconds: (performance.now() - began) / 1000, said })
  try {
    const [code] = (await once(child, 'close')) as [number | null]
    return ended(code === 0)
  } catch (error) {
    said += (error as Error).message
    return ended(false)
  }
}
