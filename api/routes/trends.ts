import { createRoute } from '@hono/zod-openapi'
import { questionOf } from '../http/conventions/cursor.ts'
import { isEmergenceType } from '../trends/trendTypes.ts'
import { type ApiApp, notModified, patternProblems, type RouteParts } from './apiRoute.ts'
import { answerSchema } from './trendsAnswer.ts'
import { createMetricAnswers } from './trendsOfMetric.ts'
import { createEmergenceAnswers } from './trendsOfUsage.ts'
import { refuseMisplaced, type TrendsQuery, trendsQuery } from './trendsParameters.ts'

const route = createRoute({
  method: 'get',
  path: '/trends',
  operationId: 'listTrends',
  tags: ['Analytics'],
  summary: 'Which patterns get better or worse, take off or fall, and how sure that is',
  description:
    'For a metric, the fitted line of each pattern, the test whether it moves at all, and what is to be expected next. For `emerging` and `declining`, the patterns whose usage changed, and how sure that is. `trend_type` tells the two kinds of answers apart.',
  request: { query: trendsQuery },
  responses: {
    200: { description: 'The trends.', content: { 'application/json': { schema: answerSchema } } },
    304: notModified,
    ...patternProblems,
  },
})

/** Everything but limit, cursor, range and after. */
/** With the range as it was said: what it comes to in whole closed windows cannot be told from a later request. */
const questionOfQuery = (logId: string, { limit: _1, cursor: _2, after: _3, ...rest }: TrendsQuery) =>
  questionOf(logId, 'trends', rest)

export const routeTrends = (app: ApiApp, parts: RouteParts): void => {
  const ofMetric = createMetricAnswers(parts)
  const ofUsage = createEmergenceAnswers(parts)

  app.openapi(route, (context) => {
    const query = context.req.valid('query')
    refuseMisplaced(query)
    const question = questionOfQuery(parts.logId(), query)
    const { trend_type: type, pattern_id: id, limit, after } = query
    if (isEmergenceType(type)) {
      const asked = ofUsage.resolve(query, question)
      return parts.answers(context, {
        key: JSON.stringify(['trends', question, asked.spans.current, asked.after, limit]),
        source: parts.fromStandings,
        after,
        answer: () => ofUsage.list(query, type, question, asked),
      })
    }
    const asked = ofMetric.resolve(query, question)
    const key = JSON.stringify(['trends', question, asked.trendRange, asked.after, limit])
    if (id === undefined)
      return parts.answers(context, {
        key,
        source: parts.fromStandings,
        after,
        answer: () => ofMetric.ofMany(query, type, question, asked),
      })
    return parts.answers(context, {
      key,
      source: parts.fromDatabase,
      after,
      answer: () => ofMetric.ofOne(query, type, id, asked.trendRange),
    })
  })
}
