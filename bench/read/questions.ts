import type { Random } from './random.ts'
import type { SeededPattern } from './seedPatterns.ts'

const base = '/api/pattern-analytics'

/** What is asked of each route: as a dashboard would, with defaults, and with parameters that keep changing. */
export const questions = (
  patterns: readonly Pick<SeededPattern, 'id' | 'type'>[],
  { random, end }: { readonly random: Random; readonly end: number },
): Readonly<Record<string, () => string>> => {
  const any = <Value>(values: readonly Value[]): Value => values[Math.floor(random() * values.length)]!
  const id = () => any(patterns).id
  const range = () => any(['24h', '7d', '30d', '90d'])
  const type = () => any(patterns).type
  const lastDay = new Date(end - 24 * 3_600_000).toISOString()
  return {
    'dashboard-summary': () => `${base}/dashboard-summary`,
    'dashboard-summary, any range and type': () =>
      `${base}/dashboard-summary?time_range=${range()}&pattern_type=${type()}`,
    'success-rates': () => `${base}/success-rates`,
    'success-rates, any range and type': () =>
      `${base}/success-rates?time_range=${range()}&pattern_type=${type()}`,
    'quality-metrics': () => `${base}/quality-metrics`,
    'quality-metrics of any pattern': () => `${base}/quality-metrics?pattern_id=${id()}`,
    'usage-stats': () => `${base}/usage-stats`,
    'usage-stats of any pattern': () => `${base}/usage-stats?pattern_id=${id()}`,
    patterns: () => `${base}/patterns`,
    'patterns, any search': () => `${base}/patterns?search=${Math.floor(random() * 1_000)}`,
    'patterns/{id}': () => `${base}/patterns/${id()}`,
    'patterns/{id}, 90 days': () => `${base}/patterns/${id()}?time_range=90d`,
    'patterns/{id}/events, last day': () => `${base}/patterns/${id()}/events?from=${lastDay}&limit=20`,
    'time-series': () => `${base}/time-series?time_range=7d`,
    'time-series of any pattern': () =>
      `${base}/time-series?time_range=7d&metric_type=success_rate&pattern_id=${id()}`,
    'time-series of any pattern, its zone': () =>
      `${base}/time-series?time_zone=Europe/Berlin&pattern_id=${id()}`,
    health: () => '/health',
  }
}
