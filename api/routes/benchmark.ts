import { createRoute, z } from '@hono/zod-openapi'
import { createBenchmarks } from '../queries/benchmarkPattern.ts'
import { answerFields, isoTime, rangeFields } from '../http/conventions/asOf.ts'
import {
  afterParameter,
  patternPath,
  patternTypeParameter,
  rangeParameters,
} from '../http/conventions/parameters.ts'
import { orRefuse, patternNotFound, unprocessable } from '../http/problems/problem.ts'
import { resolveRange } from '../values/range.ts'
import { type ApiApp, notModified, patternProblems, type RouteParts } from './apiRoute.ts'
import { categoryBenchmarkOf, categoryFields } from './benchmarkFields.ts'
import { nameOf, patternFields } from './patternFields.ts'

const answerSchema = z
  .strictObject({ ...answerFields, ...rangeFields, ...patternFields, ...categoryFields })
  .openapi('PatternBenchmark', { description: 'Where a pattern stands among those of a type.' })

const route = createRoute({
  method: 'get',
  path: '/patterns/{pattern_id}/benchmark',
  operationId: 'getPatternBenchmark',
  tags: ['Analytics'],
  summary: 'Where a pattern stands among those of its type, or of another',
  description:
    'For each metric the average and median of the type, the pattern’s rank, and what share of the type it is better than.',
  request: {
    params: patternPath,
    query: z.strictObject({
      ...rangeParameters('30d'),
      category: patternTypeParameter.openapi({ description: 'The type to compare with. Default: its own.' }),
      ...afterParameter,
    }),
  },
  responses: {
    200: { description: 'The benchmark.', content: { 'application/json': { schema: answerSchema } } },
    304: notModified,
    ...patternProblems,
  },
})

const refuseCategory = (message: string) => unprocessable([{ path: 'category', message }])

export const routeBenchmark = (app: ApiApp, parts: RouteParts): void => {
  const benchmarks = createBenchmarks()

  app.openapi(route, (context) => {
    const { pattern_id: id } = context.req.valid('param')
    const { category: asked, after, ...query } = context.req.valid('query')
    const range = orRefuse(resolveRange(query, { now: parts.clock(), defaultRange: '30d' }))
    return parts.answers(context, {
      key: JSON.stringify(['benchmark', id, asked, range]),
      source: parts.fromStandings,
      after,
      answer: () =>
        parts.standings.view([range], async (view) => {
          const { vector, catalogue } = view
          const pattern = catalogue.find(id)
          if (pattern === undefined) throw patternNotFound(id)
          const category = asked ?? pattern.entry.patternType?.value
          if (category === undefined)
            throw refuseCategory('the pattern has no type: name the category to compare it with')
          if (catalogue.ofType(category).length === 0)
            throw refuseCategory(`no pattern is of the type ${category}`)
          return {
            vector,
            body: {
              from: isoTime(range.from),
              to: isoTime(range.to),
              ...nameOf(id, pattern.entry),
              ...categoryBenchmarkOf(benchmarks(view, range, pattern, category)),
            },
          }
        }),
    })
  })
}
