import { createRoute, z } from '@hono/zod-openapi'
import { answerFields } from '../http/conventions/asOf.ts'
import { decodeCursor, questionOf } from '../http/conventions/cursor.ts'
import { afterParameter, pageParameters } from '../http/conventions/parameters.ts'
import { readPatternTypes, type TypeCount } from '../queries/readPatternTypes.ts'
import { pageOf, type PagePlace, pagePlace, type SortValue } from '../values/page.ts'
import { type ApiApp, notModified, problemResponses, type RouteDependencies } from './apiRoute.ts'
import { count } from './figureFields.ts'
import { allTime, nextCursor, nextCursorField, sortParameter } from './listPage.ts'

const answerSchema = z
  .strictObject({
    ...answerFields,
    pattern_types: z
      .array(
        z
          .strictObject({
            pattern_type: z.string().openapi({ description: 'The type.' }),
            total_patterns: count.openapi({ description: 'Patterns that are of the type.' }),
            used_patterns: count.openapi({ description: 'Those of them that were ever used.' }),
          })
          .openapi('PatternType', { description: 'One type, with its patterns counted.' }),
      )
      .openapi({ description: 'Those of this page.' }),
    total_count: count.openapi({ description: 'How many there are on all pages.' }),
    untyped_patterns: count.openapi({ description: 'Patterns that were never given a type.' }),
    next_cursor: nextCursorField,
  })
  .openapi('PatternTypes', { description: 'The types that patterns are of.' })

const route = createRoute({
  method: 'get',
  path: '/pattern-types',
  operationId: 'listPatternTypes',
  tags: ['Patterns'],
  summary: 'Which types there are, and how many patterns each has',
  description: 'A pattern counts in the type that it was last given.',
  request: {
    query: z.strictObject({
      sort: sortParameter(['pattern_type', 'total_patterns', 'used_patterns'], 'pattern_type'),
      ...pageParameters,
      ...afterParameter,
    }),
  },
  responses: {
    200: { description: 'The types.', content: { 'application/json': { schema: answerSchema } } },
    304: notModified,
    ...problemResponses,
  },
})

export const routePatternTypes = (app: ApiApp, dependencies: RouteDependencies): void => {
  app.openapi(route, (context) => {
    const { sort, limit, cursor, after } = context.req.valid('query')
    const question = questionOf(dependencies.logId(), 'pattern-types', { sort })
    const place =
      cursor === undefined
        ? undefined
        : decodeCursor(cursor, question, pagePlace as z.ZodType<PagePlace>).place
    const valueOf: Record<typeof sort.field, (type: TypeCount) => SortValue> = {
      pattern_type: ({ patternType }) => patternType,
      total_patterns: ({ patterns }) => patterns,
      used_patterns: ({ used }) => used,
    }
    return dependencies.answers(context, {
      key: JSON.stringify(['pattern-types', question, place, limit]),
      source: dependencies.fromSums,
      after,
      async answer() {
        const { vector, types, untyped } = await dependencies.sumLimit(() =>
          readPatternTypes(dependencies.database),
        )
        const page = pageOf(types, {
          valueOf: valueOf[sort.field],
          idOf: ({ patternType }) => patternType,
          descending: sort.descending,
          after: place,
          limit,
        })
        return {
          vector,
          body: {
            pattern_types: page.items.map(({ patternType, patterns, used }) => ({
              pattern_type: patternType,
              total_patterns: patterns,
              used_patterns: used,
            })),
            total_count: types.length,
            untyped_patterns: untyped,
            next_cursor: nextCursor(page, question, allTime),
          },
        }
      },
    })
  })
}
