import { createRoute, z } from '@hono/zod-openapi'
import { metricRules, metrics } from '@patterns/projections/analytics/metric.ts'
import { comparePatterns } from '../queries/comparePatterns.ts'
import { answerFields, isoTime, rangeFields } from '../http/conventions/asOf.ts'
import { afterParameter, patternId, rangeParameters } from '../http/conventions/parameters.ts'
import { demoPatternIds } from '../http/docs/demoPatterns.ts'
import { orRefuse, Problem } from '../http/problems/problem.ts'
import { resolveRange } from '../values/range.ts'
import { type ApiApp, bodyProblems, patternProblems, type RouteDependencies } from './apiRoute.ts'
import { comparisonSchema, differenceOf, rankingsOf, rankingsSchema } from './compareFields.ts'
import { entryNameOf, patternFields } from './patternFields.ts'
import { metricUnits } from './units.ts'

const [min, max] = [2, 10] as const

/** Names every item that is repeated, and where it stands first. */
const refuseRepeated = (
  values: readonly string[],
  context: z.core.$RefinementCtx<readonly string[]>,
): void => {
  for (const [i, value] of values.entries()) {
    const first = values.indexOf(value)
    if (first < i)
      context.addIssue({ code: 'custom', path: [i], message: `${value} is given already, at ${first}` })
  }
}

const count = `must be ${min} to ${max} pattern ids`

const bodySchema = z
  .strictObject({
    pattern_ids: z
      .array(patternId('A pattern.'), 'must be a list of pattern ids')
      .min(min, count)
      .max(max, count)
      .superRefine(refuseRepeated)
      .openapi({ description: `${min} to ${max} different patterns.` }),
    metrics: z
      .array(z.enum(metrics))
      .min(1, 'must name a metric, or be left out for all of them')
      .max(metrics.length)
      .superRefine(refuseRepeated)
      .optional()
      .openapi({ description: 'What to compare. Default: everything.' }),
    time_range: rangeParameters('30d').time_range,
  })
  .openapi('CompareRequest', { description: 'Which patterns to compare, and by what.' })

const answerSchema = z
  .strictObject({
    ...answerFields,
    ...rangeFields,
    patterns: z.array(z.strictObject(patternFields)).openapi({ description: 'In the order of the request.' }),
    comparisons: z
      .array(comparisonSchema)
      .openapi({ description: 'One for each metric that was asked for.' }),
    rankings: rankingsSchema,
  })
  .openapi('PatternComparison', { description: 'Patterns side by side.' })

const demo = {
  summary: 'Two patterns of the demo',
  value: { pattern_ids: [...demoPatternIds] } satisfies z.input<typeof bodySchema>,
}

const route = createRoute({
  method: 'post',
  path: '/compare',
  operationId: 'comparePatterns',
  tags: ['Analytics'],
  summary: 'Two to ten patterns side by side, and which differ beyond chance',
  description: 'Values, ranks, and for each pair a test whether the difference is more than chance.',
  request: {
    query: z.strictObject(afterParameter),
    body: { required: true, content: { 'application/json': { schema: bodySchema, examples: { demo } } } },
  },
  responses: {
    200: { description: 'The comparison.', content: { 'application/json': { schema: answerSchema } } },
    ...patternProblems,
    ...bodyProblems,
  },
})

/** A 404 that names every pattern that was never seen, by its place in the request. */
const neverSeen = (ids: readonly string[], unknown: readonly string[]): Problem => {
  const errors = unknown.map((id) => ({
    path: `pattern_ids.${ids.indexOf(id)}`,
    message: `no event of the pattern ${id} was ever seen`,
  }))
  return new Problem(404, 'PATTERN_NOT_FOUND', errors.map(({ message }) => message).join('; '), { errors })
}

export const routeCompare = (app: ApiApp, dependencies: RouteDependencies): void => {
  app.openapi(route, (context) => {
    const { pattern_ids: ids, metrics: some = metrics, time_range } = context.req.valid('json')
    const range = orRefuse(resolveRange({ time_range }, { now: dependencies.clock(), defaultRange: '30d' }))
    return dependencies.answers(context, {
      key: JSON.stringify(['compare', ids, some, range]),
      source: dependencies.fromDatabase,
      after: context.req.valid('query').after,
      async answer() {
        const compared = await comparePatterns(dependencies.patterns, ids, some, range)
        if (!compared.ok) throw neverSeen(ids, compared.unknown)
        const { vector, patterns, comparisons } = compared.value
        return {
          vector,
          body: {
            from: isoTime(range.from),
            to: isoTime(range.to),
            patterns: patterns.map(({ id, entry }) => entryNameOf(id, entry)),
            comparisons: comparisons.map(({ metric, values, statistics, differences }) => ({
              metric_type: metric,
              unit: metricUnits[metric],
              better: metricRules[metric].better,
              values: Object.fromEntries(values.map(({ id, value }) => [id, value])),
              medians:
                metric === 'duration'
                  ? Object.fromEntries(values.map(({ id, median }) => [id, median]))
                  : null,
              sample_sizes: Object.fromEntries(values.map(({ id, sampleSize }) => [id, sampleSize])),
              statistics: {
                mean: statistics.mean,
                median: statistics.median,
                stddev: statistics.standardDeviation,
              },
              differences: differences.map(differenceOf),
            })),
            rankings: rankingsOf(comparisons),
          },
        }
      },
    })
  })
}
