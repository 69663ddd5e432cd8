import { createRoute, z } from '@hono/zod-openapi'
import { asOfSnapshot } from '../queries/lists/listReads.ts'
import { readCatalogue } from '../queries/lists/readCatalogue.ts'
import { answerFields, isoTime, isoTimeOrNull } from '../http/conventions/asOf.ts'
import { decodeCursor, questionOf } from '../http/conventions/cursor.ts'
import { patternPlace } from '../values/page.ts'
import { afterParameter, pageParameters, patternTypeParameter } from '../http/conventions/parameters.ts'
import { type ApiApp, notModified, problemResponses, type RouteDependencies } from './apiRoute.ts'
import { count } from './figureFields.ts'
import { allTime, nextCursor, nextCursorField, sortParameter } from './listPage.ts'
import { nameOf, patternFields } from './patternFields.ts'

const time = z.iso.datetime().nullable()

const answerSchema = z
  .strictObject({
    ...answerFields,
    patterns: z
      .array(
        z
          .strictObject({
            ...patternFields,
            first_seen: time.openapi({ description: 'The time of its first event of any kind.' }),
            last_seen: time.openapi({ description: 'The time of its latest event of any kind.' }),
            last_used: time.openapi({ description: 'The time of its latest use.' }),
          })
          .openapi('ListedPattern', { description: 'A pattern of the catalogue.' }),
      )
      .openapi({ description: 'Those of this page.' }),
    total_count: count.openapi({ description: 'How many there are on all pages.' }),
    next_cursor: nextCursorField,
  })
  .openapi('Patterns', { description: 'The catalogue.' })

const route = createRoute({
  method: 'get',
  path: '/patterns',
  operationId: 'listPatterns',
  tags: ['Patterns'],
  summary: 'The catalogue',
  description: 'Every pattern that an event was ever seen of, by name, type or time.',
  request: {
    query: z.strictObject({
      search: z
        .string()
        .min(1)
        .max(200)
        .refine((text) => !text.includes('\0'), 'must not have the character U+0000')
        .optional()
        .openapi({ description: 'Part of a name, in any case; or the beginning of an id.' }),
      pattern_type: patternTypeParameter,
      sort: sortParameter(
        ['pattern_name', 'pattern_type', 'first_seen', 'last_seen', 'last_used'],
        'pattern_name',
      ),
      ...pageParameters,
      ...afterParameter,
    }),
  },
  responses: {
    200: { description: 'The patterns.', content: { 'application/json': { schema: answerSchema } } },
    304: notModified,
    ...problemResponses,
  },
})

export const routePatterns = (app: ApiApp, dependencies: RouteDependencies): void => {
  app.openapi(route, (context) => {
    const { search, pattern_type, sort, limit, cursor, after } = context.req.valid('query')
    const question = questionOf(dependencies.logId(), 'patterns', { search, pattern_type, sort })
    const place =
      cursor === undefined ? undefined : decodeCursor(cursor, question, patternPlace(sort.field)).place
    return dependencies.answers(context, {
      key: JSON.stringify(['patterns', question, place, limit]),
      source: dependencies.fromStandings,
      after,
      answer: () =>
        dependencies.lists.readPatterns(async (snapshot) => {
          const { page, patterns } = await readCatalogue(snapshot.database, {
            search,
            patternType: pattern_type,
            sort,
            after: place,
            limit,
          })
          return {
            ...asOfSnapshot(snapshot),
            body: {
              patterns: page.items.map((pattern) => ({
                ...nameOf(pattern),
                first_seen: isoTime(pattern.firstSeen),
                last_seen: isoTime(pattern.lastSeen),
                last_used: isoTimeOrNull(pattern.lastUsed),
              })),
              total_count: patterns,
              next_cursor: nextCursor(page, question, allTime),
            },
          }
        }),
    })
  })
}
