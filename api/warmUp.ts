import type { Logger } from '@patterns/shared/logger.ts'

/** What a dashboard asks first: together they read the standings, and the lines of the usual trends. */
const firstQuestions = [
  '/dashboard-summary',
  '/success-rates',
  '/quality-metrics',
  '/usage-stats',
  '/time-series',
  '/trends',
  '/trends?trend_type=emerging',
  '/trends?time_range=90d',
] as const

/**
 * Asks the first questions before anyone else does: over 10,000 patterns the very first answer takes a second,
 * the next ones milliseconds. Ends at the first that fails, since whoever comes then gets the reason, and when
 * the process is to stop.
 */
export const warmUp = async (
  ask: (path: string) => Response | Promise<Response>,
  logger: Logger,
  stopping?: AbortSignal,
): Promise<void> => {
  const stopped = new Promise<'stopped'>((resolve) =>
    stopping?.addEventListener('abort', () => resolve('stopped'), { once: true }),
  )
  for (const path of firstQuestions) {
    const began = performance.now()
    const answer = await Promise.race([ask(path), stopped])
    if (answer === 'stopped') return
    const { status } = answer
    if (status !== 200) return logger.warn({ path, status }, 'the first answers cannot be made yet')
    logger.debug({ path, ms: Math.round(performance.now() - began) }, 'warmed up')
  }
}
