import { PassThrough, Readable } from 'node:stream'
import { createContext } from '../context.ts'
import { runProgram } from '../program.ts'
import type { CliResult, RunCliOptions } from './runCli.ts'

const capture = () => {
  const stream = new PassThrough()
  let text = ''
  stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  return { stream: stream as unknown as NodeJS.WriteStream, text: () => text }
}

/** Runs one command line within this process, on streams of its own: a fraction of the time that a spawned one takes. */
export const runCliInProcess = async (
  args: readonly string[],
  { env = {}, input = '' }: RunCliOptions = {},
): Promise<CliResult> => {
  const [stdout, stderr] = [capture(), capture()]
  const context = createContext({
    env,
    stdin: Readable.from([Buffer.from(input)]) as unknown as NodeJS.Process['stdin'],
    stdout: stdout.stream as NodeJS.Process['stdout'],
    stderr: stderr.stream as NodeJS.Process['stderr'],
    once: (() => undefined) as unknown as NodeJS.Process['once'],
  })
  const code = await runProgram(['node', 'cli/main.ts', ...args], context)
  return { code, stdout: stdout.text(), stderr: stderr.text() }
}
