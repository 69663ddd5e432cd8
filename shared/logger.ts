import { pino } from 'pino'

export type Logger = ReturnType<typeof createLogger>

/**
 * Structured logs, one JSON object a line, on standard error: standard output belongs to commands' results.
 * Written at once, so that the last line is there whatever ends the process. (Writing them later never ends
 * if the reader is gone: sonic-boom's flush at the exit tries again forever on EPIPE.)
 */
export const createLogger = (name: string, level: string) =>
  pino({ name, level, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination({ fd: 2, sync: true }))
