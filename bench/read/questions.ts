import type { Asked } from './openLoop.ts'
import type { Random } from '@patterns/projections/testing/simulated.ts'
import type { SeededPattern } from './seedPatterns.ts'

const base = '/api/pattern-analytics'

const trendTypes = ['usage', 'quality', 'success_rate', 'duration'] as const

/** What is asked of each route: as a dashboard would, with defaults, and with parameters that keep changing. */
export const questions = (
  patterns: readonly Pick<SeededPattern, 'id' | 'type' | 'share'>[],
  { random }: { readonly random: Random },
): Readonly<Record<string, () => Asked>> => {
  const any = <Value>(values: readonly Value[]): Value => values[Math.floor(random() * values.length)]!
  const id = () => any(patterns).id
  const range = () => any(['24h', '7d', '30d', '90d'])
  const type = () => any(patterns).type
  /** Who looks at events looks at those of patterns that are used: drawn as often as they are. */
  const usedId = () => {
    let left = random()
    return (patterns.find(({ share }) => (left -= share) < 0) ?? any(patterns)).id
  }
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
    'patterns/{id}, 7 days': () => `${base}/patterns/${id()}`,
    'patterns/{id}, 90 days': () => `${base}/patterns/${id()}?time_range=90d`,
    'patterns/{id}/events': () => `${base}/patterns/${usedId()}/events?limit=20`,
    'time-series': () => `${base}/time-series?time_range=7d`,
    'time-series of any pattern': () =>
      `${base}/time-series?time_range=7d&metric_type=success_rate&pattern_id=${id()}`,
    'time-series of any type and range': () =>
      `${base}/time-series?time_range=${range()}&pattern_type=${type()}`,
    'pattern-types': () => `${base}/pattern-types`,
    'time-series of any pattern, its zone': () =>
      `${base}/time-series?time_zone=Europe/Berlin&pattern_id=${id()}`,
    trends: () => `${base}/trends`,
    'trends, 90 days': () => `${base}/trends?time_range=90d`,
    'trends, 90 days, any metric and type': () =>
      `${base}/trends?time_range=90d&trend_type=${any(trendTypes)}&pattern_type=${type()}`,
    'trends of any pattern, 90 days': () =>
      `${base}/trends?time_range=90d&trend_type=${any(trendTypes)}&pattern_id=${id()}`,
    emerging: () => `${base}/trends?trend_type=emerging`,
    'compare any 10': () => ({
      path: `${base}/compare`,
      body: { pattern_ids: [...new Set(Array.from({ length: 30 }, id))].slice(0, 10), time_range: range() },
    }),
    'benchmark of any pattern': () => `${base}/patterns/${id()}/benchmark?time_range=${range()}`,
    health: () => '/health',
  }
}
