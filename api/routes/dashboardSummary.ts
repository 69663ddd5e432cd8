import { createRoute, z } from '@hono/zod-openapi'
import { confidence, successRate } from '@patterns/projections/derived/successRate.ts'
import { qualityAverage } from '@patterns/projections/derived/qualityFigures.ts'
import { asOfSnapshot } from '../queries/lists/listReads.ts'
import { readMostUsed } from '../queries/lists/readMostUsed.ts'
import { readRecentTrends } from '../queries/lists/readRecentTrends.ts'
import { readSummary, type Summary } from '../queries/lists/readSummary.ts'
import { answerFields, isoTime, rangeFields } from '../http/conventions/asOf.ts'
import { orRefuse } from '../http/problems/problem.ts'
import { afterParameter, patternTypeParameter, rangeParameters } from '../http/conventions/parameters.ts'
import { growthSpansOf } from '../values/growthSpans.ts'
import { resolveRange } from '../values/range.ts'
import { type ApiApp, notModified, problemResponses, type RouteDependencies } from './apiRoute.ts'
import { count, unitOrNull } from './figureFields.ts'
import { growthField, growthOf } from './growthFields.ts'
import { nameOf, patternFields } from './patternFields.ts'
import { recentTrendOf, recentTrendsField } from './recentTrendFields.ts'

/** Bounds of the fifths of 0…1 that patterns' mean scores are counted in. */
const qualityRanges = ['0.0-0.2', '0.2-0.4', '0.4-0.6', '0.6-0.8', '0.8-1.0'] as const

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
          count: count.openapi({ description: 'Patterns with their mean score in this range.' }),
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
    'How many patterns there are and are used, how well they work, which are used most, how their scores are spread, and which patterns’ usage takes off or falls.',
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

const maxTopPatterns = 10
const maxOfEachTrend = 10

const distributionOf = ({ qualityFifths }: Summary) => {
  const scored = qualityFifths.reduce((sum, patterns) => sum + patterns, 0)
  return qualityRanges.map((range, i) => ({
    range,
    count: qualityFifths[i]!,
    percentage: scored === 0 ? null : (100 * qualityFifths[i]!) / scored,
  }))
}

export const routeDashboardSummary = (app: ApiApp, dependencies: RouteDependencies): void => {
  app.openapi(route, (context) => {
    const { pattern_type, after, ...query } = context.req.valid('query')
    const options = { now: dependencies.listTime(), defaultRange: '7d' }
    const range = orRefuse(resolveRange(query, options))
    const growth = growthSpansOf(query, range, options)
    return dependencies.answers(context, {
      key: JSON.stringify(['dashboard-summary', range, growth?.current, pattern_type]),
      source: dependencies.listSource({ range, growth }),
      after,
      answer: () =>
        dependencies.lists.read({ range, growth, verdicts: {} }, async (list) => {
          const summary = await readSummary(list, pattern_type)
          const top = await readMostUsed(list, pattern_type, maxTopPatterns)
          const trends =
            growth === undefined
              ? []
              : await readRecentTrends(list, {
                  patternType: pattern_type,
                  since: growth.current.from,
                  limit: maxOfEachTrend,
                })
          return {
            ...asOfSnapshot(list),
            body: {
              from: isoTime(range.from),
              to: isoTime(range.to),
              total_patterns: summary.patterns,
              active_patterns: summary.activePatterns,
              usage_count: summary.uses,
              average_success_rate: summary.averageSuccessRate,
              overall_success_rate: summary.overallSuccessRate,
              average_quality: summary.averageQuality,
              overall_quality: summary.overallQuality,
              top_patterns: top.map((pattern) => ({
                ...nameOf(pattern),
                usage_count: pattern.outcomes.uses,
                success_rate: successRate(pattern.outcomes),
                confidence: confidence(pattern.outcomes.uses),
                quality_score: qualityAverage(pattern.quality),
              })),
              quality_distribution: distributionOf(summary),
              growth: growthOf(growth),
              recent_trends: trends.map(recentTrendOf),
            },
          }
        }),
    })
  })
}
