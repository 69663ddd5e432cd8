import { createRoute, z } from '@hono/zod-openapi'
import { answerFields, isoTimeOrNull } from '../http/conventions/asOf.ts'
import { decodeCursor, questionOf } from '../http/conventions/cursor.ts'
import { pageOf, type PagePlace, pagePlace, type SortValue } from '../values/page.ts'
import { afterParameter, pageParameters, patternTypeParameter } from '../http/conventions/parameters.ts'
import type { ListedPattern } from '../totals/catalogue.ts'
import { patternsOfType } from '../totals/patternsOfType.ts'
import { type ApiApp, notModified, problemResponses, type RouteParts } from './apiRoute.ts'
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

const matcher = (search: string | undefined): ((pattern: ListedPattern) => boolean) => {
  if (search === undefined) return () => true
  const wanted = search.toLowerCase()
  return ({ id, searchName }) => id.startsWith(wanted) || searchName.includes(wanted)
}

export const routePatterns = (app: ApiApp, parts: RouteParts): void => {
  app.openapi(route, (context) => {
    const { search, pattern_type, sort, limit, cursor, after } = context.req.valid('query')
    const question = questionOf(parts.logId(), 'patterns', { search, pattern_type, sort })
    const place =
      cursor === undefined
        ? undefined
        : decodeCursor(cursor, question, pagePlace as z.ZodType<PagePlace>).place
    return parts.answers(context, {
      key: JSON.stringify(['patterns', question, place, limit]),
      source: parts.fromStandings,
      after,
      answer: () =>
        parts.standings.view([], async ({ vector, catalogue }) => {
          const found = patternsOfType(catalogue, pattern_type).filter(matcher(search))
          const valueOf: Record<typeof sort.field, (pattern: ListedPattern) => SortValue> = {
            pattern_name: ({ entry }) => entry.patternName?.value ?? null,
            pattern_type: ({ entry }) => entry.patternType?.value ?? null,
            first_seen: ({ entry }) => entry.firstSeen,
            last_seen: ({ entry }) => entry.lastSeen,
            last_used: ({ entry }) => entry.lastUsed,
          }
          const page = pageOf(found, {
            valueOf: valueOf[sort.field],
            idOf: ({ id }) => id,
            descending: sort.descending,
            after: place,
            limit,
          })
          return {
            vector,
            body: {
              patterns: page.items.map(({ id, entry }) => ({
                ...nameOf(id, entry),
                first_seen: isoTimeOrNull(entry.firstSeen),
                last_seen: isoTimeOrNull(entry.lastSeen),
                last_used: isoTimeOrNull(entry.lastUsed),
              })),
              total_count: found.length,
              next_cursor: nextCursor(page, question, allTime),
            },
          }
        }),
    })
  })
}
