import type { Asked } from './openLoop.ts'
import type { Random } from '@patterns/projections/testing/simulated.ts'
import type { SeededPattern } from './seedPatterns.ts'

const base = '/api/pattern-analytics'

const trendTypes = ['usage', 'quality', 'success_rate', 'duration'] as const

/**
 * How often a kind of question is asked, in requests a second: the same one by many dashboards, which answers serve
 * many of; another range, type or pattern with each request; a range that is not stored and has to be summed.
 */
export const requestsPerSecond = { default: 500, varied: 200, free: 20 } as const

export interface Question {
  readonly name: string
  readonly kind: keyof typeof requestsPerSecond
  readonly ask: () => Asked
}

const named = (kind: Question['kind'], asked: Readonly<Record<string, () => Asked>>): Question[] =>
  Object.entries(asked).map(([name, ask]) => ({ name, kind, ask }))

/** What is asked of each route. */
export const questions = (
  patterns: readonly Pick<SeededPattern, 'id' | 'type' | 'share'>[],
  { random }: { readonly random: Random },
): readonly Question[] => {
  const any = <Value>(values: readonly Value[]): Value => values[Math.floor(random() * values.length)]!
  const id = () => any(patterns).id
  const range = () => any(['24h', '7d', '30d', '90d'])
  const type = () => any(patterns).type
  /** Events are asked for of patterns that are used: each is drawn as often as it is used. */
  const usedId = () => {
    let left = random()
    return (patterns.find(({ share }) => (left -= share) < 0) ?? any(patterns)).id
  }
  /** One of a few that are asked again and again, as on a shared dashboard. */
  const freeRange = () => any(['2d', '5d', '14d', '45d', 'P2W3D', 'PT60H'])
  return [
    ...named('default', {
      'dashboard-summary': () => `${base}/dashboard-summary`,
      'success-rates': () => `${base}/success-rates`,
      'quality-metrics': () => `${base}/quality-metrics`,
      'usage-stats': () => `${base}/usage-stats`,
      patterns: () => `${base}/patterns`,
      'pattern-types': () => `${base}/pattern-types`,
      'time-series': () => `${base}/time-series?time_range=7d`,
      trends: () => `${base}/trends`,
      'trends, 90 days': () => `${base}/trends?time_range=90d`,
      emerging: () => `${base}/trends?trend_type=emerging`,
      health: () => '/health',
    }),
    ...named('varied', {
      'dashboard-summary, any range and type': () =>
        `${base}/dashboard-summary?time_range=${range()}&pattern_type=${type()}`,
      'success-rates, any range and type': () =>
        `${base}/success-rates?time_range=${range()}&pattern_type=${type()}`,
      'success-rates, any sort': () =>
        `${base}/success-rates?time_range=${range()}&sort=${any(['-success_rate', '-usage_count', 'pattern_name'])}`,
      'quality-metrics, any range and type': () =>
        `${base}/quality-metrics?time_range=${range()}&pattern_type=${type()}&granularity=day`,
      'quality-metrics of any pattern': () => `${base}/quality-metrics?pattern_id=${id()}`,
      'usage-stats, any range and type': () =>
        `${base}/usage-stats?time_range=${range()}&pattern_type=${type()}&granularity=day`,
      'usage-stats of any pattern': () => `${base}/usage-stats?pattern_id=${id()}`,
      'patterns, any search': () => `${base}/patterns?search=${Math.floor(random() * 1_000)}`,
      'patterns/{id}, 7 days': () => `${base}/patterns/${id()}`,
      'patterns/{id}, 90 days': () => `${base}/patterns/${id()}?time_range=90d`,
      'patterns/{id}/events': () => `${base}/patterns/${usedId()}/events?limit=20`,
      'time-series of any pattern': () =>
        `${base}/time-series?time_range=7d&metric_type=success_rate&pattern_id=${id()}`,
      'time-series of any pattern, its zone': () =>
        `${base}/time-series?time_zone=Europe/Berlin&pattern_id=${id()}`,
      'time-series of any type and range': () =>
        `${base}/time-series?time_range=${range()}&pattern_type=${type()}`,
      'trends, any metric and type': () =>
        `${base}/trends?time_range=${any(['30d', '90d'])}&trend_type=${any(trendTypes)}&pattern_type=${type()}`,
      'trends of any pattern, 90 days': () =>
        `${base}/trends?time_range=90d&trend_type=${any(trendTypes)}&pattern_id=${id()}`,
      'compare any 10': () => ({
        path: `${base}/compare`,
        body: {
          pattern_ids: [...new Set(Array.from({ length: 30 }, id))].slice(0, 10),
          time_range: range(),
        },
      }),
      'benchmark of any pattern': () => `${base}/patterns/${id()}/benchmark?time_range=${range()}`,
    }),
    ...named('free', {
      'dashboard-summary, a free range': () => `${base}/dashboard-summary?time_range=${freeRange()}`,
      'success-rates, a free range': () => `${base}/success-rates?time_range=${freeRange()}`,
      'usage-stats, a free range': () => `${base}/usage-stats?time_range=${freeRange()}&granularity=day`,
      'trends, a free range': () => `${base}/trends?time_range=${any(['14d', '21d', '45d'])}&granularity=day`,
      'compare, a free range': () => ({
        path: `${base}/compare`,
        body: { pattern_ids: [...new Set(Array.from({ length: 30 }, id))].slice(0, 5), time_range: '14d' },
      }),
    }),
  ]
}
