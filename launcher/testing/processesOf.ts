import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'

export interface FoundProcess {
  readonly pid: number
  readonly command: string
}

/** The processes that have a text in their environment or command line: all that one start has begun. */
export const processesOf = (text: string): FoundProcess[] =>
  all().filter(({ command, environment }) => `${command}\n${environment}`.includes(text))

const all = () => {
  if (!existsSync('/proc/self/environ')) return listed()
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((name) => {
      try {
        const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ')
        return [{ pid: Number(name), command, environment: readFileSync(`/proc/${name}/environ`, 'utf8') }]
      } catch {
        return [] // It ended meanwhile.
      }
    })
}

/** Where there is no /proc (macOS): ps prints the environment behind the command. */
const listed = () =>
  execFileSync('ps', ['-axEwwo', 'pid=,command='], { encoding: 'utf8' })
    .split('\n')
    .map((line) => /^\s*(\d+) (.*)$/.exec(line))
    .filter((match) => match !== null)
    .map(([, pid, command = '']) => ({ pid: Number(pid), command, environment: '' }))
