import { refuseOtherRange } from '../http/conventions/listRange.ts'
import { outcomes } from '@patterns/shared/contract/patternEvent.ts'
import { createRoute, z } from '@hono/zod-openapi'
import { answerFields, isoTime, rangeFields } from '../http/conventions/asOf.ts'
import { decodeCursor, encodeCursor, questionOf } from '../http/conventions/cursor.ts'
import {
  afterParameter,
  pageParameters,
  patternPath,
  rangeParameters,
} from '../http/conventions/parameters.ts'
import { orRefuse, patternNotFound } from '../http/problems/problem.ts'
import { resolveRange } from '../values/range.ts'
import { readPositionRanges } from '../queries/events/readPositionRanges.ts'
import { type ApiApp, notModified, patternProblems, type RouteDependencies } from './apiRoute.ts'
import { eventOf, eventSchema } from './eventFields.ts'
import { nextCursorField } from './listPage.ts'
import { entryNameOf, patternFields } from './patternFields.ts'

const answerSchema = z
  .strictObject({
    ...answerFields,
    ...rangeFields,
    ...patternFields,
    events: z.array(eventSchema).openapi({
      description: 'Newest position first. A page can be short: only `next_cursor` null is the end.',
    }),
    next_cursor: nextCursorField,
  })
  .openapi('PatternEvents', { description: 'The events behind the numbers of a pattern.' })

const route = createRoute({
  method: 'get',
  path: '/patterns/{pattern_id}/events',
  operationId: 'listPatternEvents',
  tags: ['Patterns'],
  summary: 'The events behind a number',
  description:
    'Exactly the events that are counted in the windows of the range, or the uses among them that ended in one way.',
  request: {
    params: patternPath,
    query: z.strictObject({
      ...rangeParameters('7d'),
      outcome: z.enum(outcomes).optional().openapi({ description: 'Only uses with this outcome.' }),
      ...pageParameters,
      ...afterParameter,
    }),
  },
  responses: {
    200: { description: 'The events.', content: { 'application/json': { schema: answerSchema } } },
    304: notModified,
    ...patternProblems,
  },
})

const eventPlace = z
  .tuple([z.int().min(0), z.int().min(0)])
  .transform(([shard, position]) => ({ shard, position }))

export const routePatternEvents = (app: ApiApp, dependencies: RouteDependencies): void => {
  app.openapi(route, (context) => {
    const { pattern_id } = context.req.valid('param')
    const { outcome, limit, cursor, after, ...query } = context.req.valid('query')
    const question = questionOf(dependencies.logId(), 'pattern-events', { pattern_id, outcome })
    const known = cursor === undefined ? undefined : decodeCursor(cursor, question, eventPlace)
    if (known !== undefined) refuseOtherRange(query, known.range, '7d')
    const now = dependencies.clock()
    const range = orRefuse(resolveRange(known?.range ?? query, { now, defaultRange: '7d' }))
    const read = async () => {
      const { vector, entry, ranges } = await readPositionRanges(
        dependencies.database,
        pattern_id,
        range,
        outcome,
      )
      if (entry === undefined) throw patternNotFound(pattern_id)
      const place = { before: known?.place, limit }
      return {
        vector,
        entry,
        found: await dependencies.findEvents({
          patternId: pattern_id,
          span: range,
          outcome,
          ranges,
          ...place,
        }),
      }
    }
    return dependencies.answers(context, {
      key: JSON.stringify(['pattern-events', question, range, known?.place, limit]),
      source: dependencies.fromDatabase,
      after,
      answer: async () => {
        const { vector, entry, found } = await dependencies.logLimit(read)
        const { events, next } = found
        return {
          vector,
          body: {
            from: isoTime(range.from),
            to: isoTime(range.to),
            ...entryNameOf(pattern_id, entry),
            events: events.map(eventOf),
            next_cursor:
              next === null ? null : encodeCursor(question, { range, place: [next.shard, next.position] }),
          },
        }
      },
    })
  })
}
