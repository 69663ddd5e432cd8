/** How wide the name of the process is shown: that of the longest, `processor`. */
const nameWidth = 9

const levels: Readonly<Record<number, string>> = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
  60: 'fatal',
}

/** What is in every record and is shown in its own place, or not worth a person's time. */
const ownPlace = new Set(['level', 'time', 'pid', 'hostname', 'name', 'msg', 'err', 'reason'])

/**
 * One line of a child's log as a person reads it: time, process, level, message, the rest as key=value, and the
 * reason as the sentence that it is.
 * What is no log record is shown as it is, behind the process's name.
 */
export const printLog = (name: string, line: string): string => {
  const prefix = name.padEnd(nameWidth)
  const record = parse(line)
  if (record === undefined) return `${' '.repeat(12)} ${prefix} ${line}`
  const { level, time, msg, err, reason } = record
  const rest = Object.entries(record)
    .filter(([key]) => !ownPlace.has(key))
    .map(([key, value]) => `${key}=${show(value)}`)
  const head = `${clock(time)} ${prefix} ${(levels[Number(level)] ?? String(level)).padEnd(5)}`
  const shown = [head, msg, ...rest].filter((part) => part !== undefined && part !== '').join(' ')
  return shown + because(reason) + causes(err)
}

const parse = (line: string): Record<string, unknown> | undefined => {
  if (!line.startsWith('{"level":')) return undefined
  try {
    return JSON.parse(line) as Record<string, unknown>
  } catch {
    return undefined
  }
}

/** The time of day, as the record has it (UTC). */
const clock = (time: unknown): string => (/T([\d:.]+)Z$/.exec(String(time))?.[1] ?? '').padEnd(12)

const show = (value: unknown): string => {
  if (typeof value === 'string') return /[\s="]/.test(value) || value === '' ? JSON.stringify(value) : value
  return JSON.stringify(value)
}

const because = (reason: unknown): string =>
  reason === undefined
    ? ''
    : `: ${typeof reason === 'string' ? reason.replaceAll(/\s+/g, ' ') : show(reason)}`

const causes = (error: unknown): string => {
  if (typeof error !== 'object' || error === null) return ''
  const { stack, message } = error as { stack?: string; message?: string }
  return `\n${(stack ?? message ?? JSON.stringify(error)).replaceAll(/^/gm, ' '.repeat(13))}`
}
