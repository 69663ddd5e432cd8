import { createRoute, z } from '@hono/zod-openapi'
import { qualityAverage } from '@patterns/projections/derived/qualityFigures.ts'
import { asOfSnapshot } from '../queries/lists/listReads.ts'
import { readSuccessRates } from '../queries/lists/readSuccessRates.ts'
import { answerFields, isoTime, rangeFields } from '../http/conventions/asOf.ts'
import { questionOf } from '../http/conventions/cursor.ts'
import { listRangeFrom } from '../http/conventions/listRange.ts'
import {
  afterParameter,
  integer,
  pageParameters,
  patternTypeParameter,
  rangeParameters,
} from '../http/conventions/parameters.ts'
import { type ApiApp, notModified, problemResponses, type RouteDependencies } from './apiRoute.ts'
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

export const routeSuccessRates = (app: ApiApp, dependencies: RouteDependencies): void => {
  app.openapi(route, (context) => {
    const query = context.req.valid('query')
    const { pattern_type, min_samples = 0, sort, limit } = query
    const question = questionOf(dependencies.logId(), 'success-rates', { pattern_type, min_samples, sort })
    const { range, after } = listRangeFrom(query, question, {
      now: dependencies.listTime(),
      defaultRange: '7d',
    })
    return dependencies.answers(context, {
      key: JSON.stringify(['success-rates', question, range, after, limit]),
      source: dependencies.listSource({ range }),
      after: query.after,
      answer: () =>
        dependencies.lists.read({ range }, async (list) => {
          const { page, summary } = await readSuccessRates(list, {
            patternType: pattern_type,
            minSamples: min_samples,
            sort,
            after,
            limit,
          })
          return {
            ...asOfSnapshot(list),
            body: {
              from: isoTime(range.from),
              to: isoTime(range.to),
              patterns: page.items.map((pattern) => ({
                ...nameOf(pattern),
                ...successOf(pattern.outcomes),
                adjusted_success_rate: pattern.adjustedRate,
                quality_score: qualityAverage(pattern.quality),
              })),
              next_cursor: nextCursor(page, question, range),
              summary: {
                total_patterns: summary.patterns,
                average_success_rate: summary.averageRate,
                overall_success_rate: summary.overallRate,
                high_confidence_count: summary.highConfidence,
              },
            },
          }
        }),
    })
  })
}
