import { createRoute, z } from '@hono/zod-openapi'
import { confidence, successRate } from '@patterns/projections/derived/successRate.ts'
import type { GrowthSpans } from '@patterns/projections/derived/growthSpans.ts'
import { answerFields, isoTime, rangeFields } from '../http/conventions/asOf.ts'
import { orRefuse } from '../http/problems/problem.ts'
import { pageOf } from '../values/page.ts'
import { afterParameter, patternTypeParameter, rangeParameters } from '../http/conventions/parameters.ts'
import { growthSpansOf } from '../values/growthSpans.ts'
import { resolveRange } from '../values/range.ts'
import { distributeQuality, qualityRanges } from '../totals/distributeQuality.ts'
import type { ListedPattern } from '../totals/catalogue.ts'
import { type Standing, standingsOf } from '../totals/rankedRates.ts'
import type { StandingsView } from '../totals/standings.ts'
import { averageQuality } from '../totals/sums.ts'
import { summarise } from '../totals/summarise.ts'
import { createEmergences } from '../trends/emergences.ts'
import { recentTrends } from '../trends/recentTrends.ts'
import { patternsOfType } from '../totals/patternsOfType.ts'
import { type ApiApp, notModified, problemResponses, type RouteParts } from './apiRoute.ts'
import { count, unitOrNull } from './figureFields.ts'
import { growthField, growthOf } from './growthFields.ts'
import { nameOf, patternFields } from './patternFields.ts'
import { recentTrendOf, recentTrendsField } from './recentTrendFields.ts'

const topPattern = z
  .strictObject({
    ...patternFields,
    usage_count: count.openapi({ description: 'Uses in the range.' }),
    success_rate: unitOrNull.openapi({ description: '(successes + partial successes) / uses.' }),
    confidence: z.number().openapi({ description: 'min(1, usage_count / 30).' }),
    quality_score: unitOrNull.openapi({ description: 'The mean of all scores; null without any.' }),
  })
  .openapi('TopPattern', { description: 'One of the patterns that are used most.' })

const answerSchema = z
  .strictObject({
    ...answerFields,
    ...rangeFields,
    total_patterns: count.openapi({ description: 'Patterns ever seen.' }),
    active_patterns: count.openapi({ description: 'Patterns used in the range.' }),
    usage_count: count.openapi({ description: 'Uses in the range.' }),
    average_success_rate: unitOrNull.openapi({ description: 'Unweighted mean over the patterns used.' }),
    overall_success_rate: unitOrNull.openapi({ description: 'Over all uses together.' }),
    average_quality: unitOrNull.openapi({ description: 'Unweighted mean over the patterns with a score.' }),
    overall_quality: unitOrNull.openapi({ description: 'Over all scores together.' }),
    top_patterns: z.array(topPattern).openapi({ description: 'The ten most used.' }),
    quality_distribution: z
      .array(
        z.strictObject({
          range: z.enum(qualityRanges).openapi({ description: 'From where to where.' }),
          count: count.openapi({ description: 'Patterns whose mean score lies here.' }),
          percentage: z.number().nullable().openapi({ description: 'Of the patterns with a score.' }),
        }),
      )
      .openapi({
        description: 'Lower bounds are inclusive, upper ones exclusive; the last holds 1 as well.',
      }),
    growth: growthField,
    recent_trends: recentTrendsField,
  })
  .openapi('DashboardSummary', { description: 'All patterns at a glance.' })

const route = createRoute({
  method: 'get',
  path: '/dashboard-summary',
  operationId: 'getDashboardSummary',
  tags: ['Analytics'],
  summary: 'All patterns at a glance',
  description:
    'How many patterns there are and are used, how well they work, which are used most, how their scores are spread, and whose usage takes off or falls.',
  request: {
    query: z.strictObject({
      ...rangeParameters('7d'),
      pattern_type: patternTypeParameter,
      ...afterParameter,
    }),
  },
  responses: {
    200: { description: 'The summary.', content: { 'application/json': { schema: answerSchema } } },
    304: notModified,
    ...problemResponses,
  },
})

const mostTop = 10
const mostTrends = 10

const topOf = (standings: readonly Standing[]): readonly Standing[] =>
  pageOf(
    standings.filter(({ sums }) => sums.outcomes.uses > 0),
    {
      valueOf: ({ sums }) => sums.outcomes.uses,
      idOf: ({ id }) => id,
      descending: true,
      limit: mostTop,
    },
  ).items

export const routeDashboardSummary = (app: ApiApp, parts: RouteParts): void => {
  const emergences = createEmergences()
  const trendsOf = (patterns: readonly ListedPattern[], spans: GrowthSpans, sums: StandingsView['sums']) => {
    const verdicts = emergences({
      patterns,
      spans,
      current: sums(spans.current).values,
      previous: sums(spans.previous).values,
      limits: {},
    })
    const judged = patterns.map(({ id, entry }, i) => ({ id, entry, verdict: verdicts[i]! }))
    return recentTrends(judged, mostTrends).map(recentTrendOf)
  }

  app.openapi(route, (context) => {
    const { pattern_type, after, ...query } = context.req.valid('query')
    const options = { now: parts.clock(), defaultRange: '7d' }
    const range = orRefuse(resolveRange(query, options))
    const spans = growthSpansOf(query, range, options)
    const ranges = spans === undefined ? [range] : [range, spans.current, spans.previous]
    return parts.answers(context, {
      key: JSON.stringify(['dashboard-summary', range, spans?.current, pattern_type]),
      source: parts.fromStandings,
      after,
      answer: () =>
        parts.standings.view(ranges, async ({ vector, catalogue, sums }) => {
          const patterns = patternsOfType(catalogue, pattern_type)
          const standings = standingsOf(patterns, sums(range))
          const summary = summarise(standings)
          return {
            vector,
            body: {
              from: isoTime(range.from),
              to: isoTime(range.to),
              total_patterns: standings.length,
              active_patterns: summary.activePatterns,
              usage_count: summary.total.outcomes.uses,
              average_success_rate: summary.averageSuccessRate,
              overall_success_rate: summary.overallSuccessRate,
              average_quality: summary.averageQuality,
              overall_quality: summary.overallQuality,
              top_patterns: topOf(standings).map(({ id, entry, sums: own }) => ({
                ...nameOf(id, entry),
                usage_count: own.outcomes.uses,
                success_rate: successRate(own.outcomes),
                confidence: confidence(own.outcomes.uses),
                quality_score: averageQuality(own),
              })),
              quality_distribution: distributeQuality(standings),
              growth: growthOf(spans),
              recent_trends: spans === undefined ? [] : trendsOf(patterns, spans, sums),
            },
          }
        }),
    })
  })
}
