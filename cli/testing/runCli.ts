import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { compileCache } from '@patterns/testing/compileCache.ts'

const main = fileURLToPath(new URL('../main.ts', import.meta.url))

export interface CliResult {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunCliOptions {
  readonly env?: Readonly<Record<string, string>>
  /** For standard input, which is closed after it. */
  readonly input?: string | Buffer
  /** Told when something has been written to standard error, so that a test can act while it runs. */
  readonly onStderr?: (text: string, signal: (name: NodeJS.Signals) => void) => void
}

/** What a command inherits: nothing that would lead it to a database or topic of the machine it runs on. */
const bareEnvironment = { PATH: '/usr/local/bin:/usr/bin:/bin', ...compileCache }

/** Runs one command line in a process of its own. */
export const runCli = (
  args: readonly string[],
  { env = {}, input = '', onStderr }: RunCliOptions = {},
): Promise<CliResult> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [main, ...args], { env: { ...bareEnvironment, ...env } })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
      onStderr?.(stderr, (name) => child.kill(name))
    })
    // A command that refuses at once does not read what it is given.
    child.stdin.on('error', () => {})
    child.stdin.end(input)
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, stdout, stderr }))
  })

/** Runs a command line in a shell, where `$CLI` is the command: for pipes. */
export const runInShell = (script: string, env: Readonly<Record<string, string>> = {}): Promise<CliResult> =>
  new Promise((resolve, reject) => {
    const child = spawn('/bin/bash', ['-o', 'pipefail', '-c', script], {
      env: { ...bareEnvironment, ...env, CLI: `${process.execPath} ${main}` },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, stdout, stderr }))
  })
