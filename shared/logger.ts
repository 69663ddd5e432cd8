import { pino } from 'pino'

export type Logger = ReturnType<typeof createLogger>

/** Structured logs, one JSON object a line, on standard error: standard output belongs to commands' results. */
export const createLogger = (name: string, level: string) =>
  pino({ name, level, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination({ fd: 2, sync: false }))
