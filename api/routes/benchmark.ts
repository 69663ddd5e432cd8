import { createRoute, z } from '@hono/zod-openapi'
import { windowRunsOf } from '@patterns/projections/windowRuns.ts'
import { comparedColumns } from '../queries/columnSets.ts'
import { mergeRows } from '../queries/windows/mergeRows.ts'
import { answerFields, isoTime, rangeFields } from '../http/conventions/asOf.ts'
import {
  afterParameter,
  patternPath,
  patternTypeParameter,
  rangeParameters,
} from '../http/conventions/parameters.ts'
import { orRefuse, patternNotFound, unprocessable } from '../http/problems/problem.ts'
import { type Range, resolveRange } from '../values/range.ts'
import { type ApiApp, notModified, patternProblems, type RouteDependencies } from './apiRoute.ts'
import { categoryBenchmarkOf, categoryFields } from './benchmarkFields.ts'
import { entryNameOf, patternFields } from './patternFields.ts'

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

export const routeBenchmark = (app: ApiApp, dependencies: RouteDependencies): void => {
  /** The name of a pattern and, if it is compared with another type than its own, its sums over the range. */
  const readPattern = async (id: string, range: Range, isCompared: boolean) => {
    const { entry, windows } = await dependencies.patterns.one(id, {
      runs: isCompared ? windowRunsOf(range) : [],
      columns: comparedColumns,
    })
    if (entry === undefined) throw patternNotFound(id)
    return { entry, state: mergeRows(windows) }
  }

  app.openapi(route, (context) => {
    const { pattern_id: id } = context.req.valid('param')
    const { category: asked, after, ...query } = context.req.valid('query')
    const range = orRefuse(resolveRange(query, { now: dependencies.listTime(), defaultRange: '30d' }))
    return dependencies.answers(context, {
      key: JSON.stringify(['benchmark', id, asked, range]),
      source: dependencies.listSource({ range }),
      after,
      async answer() {
        const { entry, state } = await readPattern(id, range, asked !== undefined)
        const type = asked ?? entry.patternType?.value
        if (type === undefined)
          throw refuseCategory('the pattern has no type: name the category to compare it with')
        const category = await dependencies.categories({ range }, type)
        if (category.patterns === 0) throw refuseCategory(`no pattern is of the type ${type}`)
        return {
          vector: category.vector,
          text: category.text,
          body: {
            from: isoTime(range.from),
            to: isoTime(range.to),
            ...entryNameOf(id, entry),
            ...categoryBenchmarkOf(category.states.get(id) ?? state, category),
          },
        }
      },
    })
  })
}
