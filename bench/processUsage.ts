import { readdirSync, readFileSync } from 'node:fs'

/** CPU seconds and memory of a process and its children, as Linux counts them. */
export interface ProcessUsage {
  readonly cpuSeconds: number
  readonly peakRssMib: number
}

const ticksPerSecond = 100

const statOf = (pid: number): { parent: number; ticks: number } | undefined => {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ')
    // utime and stime of its own, cutime and cstime of children that it has waited for.
    const ticks = [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index]), 0)
    return { parent: Number(fields[1]), ticks }
  } catch {
    return undefined
  }
}

const peakRssOf = (pid: number): number => {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024
  } catch {
    return 0
  }
}

/** What a process, with all that it started and that still runs, has used so far. */
export const usageOf = (pid: number): ProcessUsage => {
  const stats = new Map(
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((name) => [Number(name), statOf(Number(name))]),
  )
  const children = [...stats].filter(([, stat]) => stat?.parent === pid).map(([child]) => child)
  const ticks = [pid, ...children].reduce((sum, one) => sum + (stats.get(one)?.ticks ?? 0), 0)
  return { cpuSeconds: ticks / ticksPerSecond, peakRssMib: Math.round(peakRssOf(pid)) }
}
