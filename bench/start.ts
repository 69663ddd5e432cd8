import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Command } from 'commander'
import { printFigures, printResult } from './printResult.ts'

const secondsSince = (began: number): number => Math.round(performance.now() - began) / 1_000

/** One `npm start` as a user types it, until it says that it is ready; then it is stopped, and ends. */
const startOnce = async (env: NodeJS.ProcessEnv): Promise<{ ready: number; stopped: number }> => {
  let began = performance.now()
  const child = spawn('npm', ['start', '--silent'], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  for await (const line of createInterface(child.stdout)) if (line.startsWith('ready ')) break
  const ready = secondsSince(began)
  began = performance.now()
  child.kill('SIGTERM')
  const [code] = await ended
  if (code !== 0) throw new Error(`npm start ended with ${code}`)
  return { ready, stopped: secondsSince(began) }
}

/** `npm run bench -- start`: from `npm start` to `ready`, in an empty folder of data and then with what is there. */
export const register = (program: Command): void => {
  program
    .command('start')
    .description('seconds from npm start to ready: the first time, and with the data of the time before')
    .option('--runs <n>', 'how many further starts', '5')
    .action(async (options: { runs: string }) => {
      const dataDir = mkdtempSync(join(tmpdir(), 'patterns-bench-start-'))
      const env = {
        // PATH and the like.
        // oxlint-disable-next-line node/no-process-env
        ...process.env,
        DATA_DIR: dataDir,
        PORT: '18053',
        PROCESSOR_PORT: '0',
        LOG_LEVEL: 'error',
      }
      try {
        const first = await startOnce(env)
        printFigures({ first })
        const again: Awaited<ReturnType<typeof startOnce>>[] = []
        for (let run = 0; run < Number(options.runs); run++) {
          again.push(await startOnce(env))
          printFigures({ again: again.at(-1) })
        }
        printResult('start', { generator: 'on', packages: 'installed' }, { seconds: { first, again } })
      } finally {
        rmSync(dataDir, { recursive: true, force: true })
      }
    })
}
