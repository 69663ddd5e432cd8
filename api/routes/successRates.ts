import { createRoute, z } from '@hono/zod-openapi'
import { isHighConfidence, successRate } from '@patterns/projections/derived/successRate.ts'
import { answerFields, isoTime, rangeFields } from '../http/conventions/asOf.ts'
import { questionOf } from '../http/conventions/cursor.ts'
import { resolveListRange } from '../http/conventions/listRange.ts'
import { pageOf, type SortValue } from '../values/page.ts'
import {
  afterParameter,
  integer,
  pageParameters,
  patternTypeParameter,
  rangeParameters,
} from '../http/conventions/parameters.ts'
import { adjustedRateOf, priorsByType, type Standing, standingsOf } from '../totals/rankedRates.ts'
import { averageQuality } from '../totals/sums.ts'
import { summarise } from '../totals/summarise.ts'
import { patternsOfType } from '../totals/patternsOfType.ts'
import { type ApiApp, notModified, problemResponses, type RouteParts } from './apiRoute.ts'
import { count, successFields, successOf, unitOrNull } from './figureFields.ts'
import { nextCursor, nextCursorField, sortParameter } from './listPage.ts'
import { nameOf, patternFields } from './patternFields.ts'

const patternSchema = z
  .strictObject({
    ...patternFields,
    ...successFields,
    adjusted_success_rate: unitOrNull.openapi({
      description:
        'Drawn towards the rate of its type the fewer uses there are, so that 1 of 1 does not beat 990 of 1,000.',
    }),
    quality_score: unitOrNull.openapi({ description: 'The mean of all scores; null without any.' }),
  })
  .openapi('PatternSuccess', { description: 'How often one pattern works.' })

const answerSchema = z
  .strictObject({
    ...answerFields,
    ...rangeFields,
    patterns: z.array(patternSchema).openapi({ description: 'Those of this page.' }),
    next_cursor: nextCursorField,
    summary: z
      .strictObject({
        total_patterns: count.openapi({ description: 'How many patterns have enough uses.' }),
        average_success_rate: unitOrNull.openapi({ description: 'Unweighted mean over these patterns.' }),
        overall_success_rate: unitOrNull.openapi({ description: 'Over all their uses together.' }),
        high_confidence_count: count.openapi({ description: 'Patterns with a confidence of at least 0.8.' }),
      })
      .openapi({ description: 'Of all patterns with enough uses, whichever page is shown.' }),
  })
  .openapi('SuccessRates', { description: 'Which patterns work.' })

const route = createRoute({
  method: 'get',
  path: '/success-rates',
  operationId: 'listSuccessRates',
  tags: ['Analytics'],
  summary: 'Which patterns work',
  description:
    'Each pattern with its rate, how sure that is, and a rate adjusted for how little may be known of it, by which the list is ordered.',
  request: {
    query: z.strictObject({
      ...rangeParameters('7d'),
      pattern_type: patternTypeParameter,
      min_samples: integer(0, 1_000_000_000, 'Only patterns with at least so many uses in the range.', 5),
      sort: sortParameter(
        [
          'adjusted_success_rate',
          'success_rate',
          'confidence',
          'usage_count',
          'quality_score',
          'pattern_name',
        ],
        '-adjusted_success_rate',
      ),
      ...pageParameters,
      ...afterParameter,
    }),
  },
  responses: {
    200: { description: 'The rates.', content: { 'application/json': { schema: answerSchema } } },
    304: notModified,
    ...problemResponses,
  },
})

export const routeSuccessRates = (app: ApiApp, parts: RouteParts): void => {
  app.openapi(route, (context) => {
    const query = context.req.valid('query')
    const { pattern_type, min_samples = 0, sort, limit } = query
    const question = questionOf(parts.logId(), 'success-rates', { pattern_type, min_samples, sort })
    const { range, after } = resolveListRange(query, question, { now: parts.clock(), defaultRange: '7d' })
    return parts.answers(context, {
      key: JSON.stringify(['success-rates', question, range, after, limit]),
      source: parts.fromStandings,
      after: query.after,
      answer: () =>
        parts.standings.view([range], async ({ vector, catalogue, sums }) => {
          const all = standingsOf(patternsOfType(catalogue, pattern_type), sums(range))
          const priors = priorsByType(all)
          const listed = all.filter((standing) => standing.sums.outcomes.uses >= min_samples)
          const valueOf: Record<typeof sort.field, (standing: Standing) => SortValue> = {
            adjusted_success_rate: (standing) => adjustedRateOf(standing, priors),
            success_rate: (standing) => successRate(standing.sums.outcomes),
            // Confidence follows from uses alone, and uses tell apart those with full confidence.
            confidence: (standing) => standing.sums.outcomes.uses,
            usage_count: (standing) => standing.sums.outcomes.uses,
            quality_score: (standing) => averageQuality(standing.sums),
            pattern_name: (standing) => standing.entry.patternName?.value ?? null,
          }
          const page = pageOf(listed, {
            valueOf: valueOf[sort.field],
            idOf: ({ id }) => id,
            descending: sort.descending,
            after,
            limit,
          })
          const summary = summarise(listed)
          return {
            vector,
            body: {
              from: isoTime(range.from),
              to: isoTime(range.to),
              patterns: page.items.map((standing) => ({
                ...nameOf(standing.id, standing.entry),
                ...successOf(standing.sums.outcomes),
                adjusted_success_rate: adjustedRateOf(standing, priors),
                quality_score: averageQuality(standing.sums),
              })),
              next_cursor: nextCursor(page, question, range),
              summary: {
                total_patterns: listed.length,
                average_success_rate: summary.averageSuccessRate,
                overall_success_rate: summary.overallSuccessRate,
                high_confidence_count: listed.filter(({ sums: own }) => isHighConfidence(own.outcomes.uses))
                  .length,
              },
            },
          }
        }),
    })
  })
}
