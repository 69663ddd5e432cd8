import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { youngGeneration } from '../launcher/youngGeneration.mjs'

/** Starts one of the project's own processes as `npm start` does, and resolves once it says that it is ready. */
export const startOwnProcess = async (
  script: string,
  environment: Readonly<Record<string, string>>,
): Promise<ChildProcess> => {
  const child = fork(fileURLToPath(new URL(`../${script}`, import.meta.url)), [], {
    // PATH and the like.
    // oxlint-disable-next-line node/no-process-env
    env: { ...process.env, LOG_LEVEL: 'warn', ...environment },
    execArgv: [...process.execArgv, youngGeneration(script)],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const [message] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => {
      throw new Error(`${script} ended with code ${String(code)} before it was ready`)
    }),
  ])
  if (message !== 'ready') throw new Error(`${script} said ${String(message)}`)
  return child
}

/** Stops a process in order. */
export const stopOwnProcess = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null) return
  child.kill('SIGTERM')
  await once(child, 'exit')
}
