import { createRoute } from '@hono/zod-openapi'
import { questionOf } from '../http/conventions/cursor.ts'
import { summedFor } from '../queries/trends/usageSpans.ts'
import { isEmergenceType } from '../values/trendTypes.ts'
import { type ApiApp, notModified, patternProblems, type RouteDependencies } from './apiRoute.ts'
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
    'For a metric, the fitted line of each pattern, the test whether it moves at all, and what is to be expected next. For `emerging` and `declining`, the patterns with a changed usage, and how sure that is. `trend_type` tells the two kinds of answers apart.',
  request: { query: trendsQuery },
  responses: {
    200: { description: 'The trends.', content: { 'application/json': { schema: answerSchema } } },
    304: notModified,
    ...patternProblems,
  },
})

/** With the range as it was asked for: a later request cannot know to which closed windows it led. */
const questionOfQuery = (logId: string, { limit: _1, cursor: _2, after: _3, ...rest }: TrendsQuery) =>
  questionOf(logId, 'trends', rest)

export const routeTrends = (app: ApiApp, dependencies: RouteDependencies): void => {
  const ofMetric = createMetricAnswers(dependencies)
  const ofUsage = createEmergenceAnswers(dependencies)

  app.openapi(route, (context) => {
    const query = context.req.valid('query')
    refuseMisplaced(query)
    const question = questionOfQuery(dependencies.logId(), query)
    const { trend_type: type, pattern_id: id, limit, after } = query
    if (isEmergenceType(type)) {
      const asked = ofUsage.askedBy(query, question)
      return dependencies.answers(context, {
        key: JSON.stringify(['trends', question, asked.spans.current, asked.after, limit]),
        source:
          id === undefined ? dependencies.listSource(summedFor(asked.spans)) : dependencies.fromDatabase,
        after,
        answer: () =>
          id === undefined
            ? ofUsage.ofMany(query, type, question, asked)
            : ofUsage.ofOne(query, type, id, asked),
      })
    }
    const asked = ofMetric.askedBy(query, type, question)
    const { granularity, range, includeOpen } = asked.question
    return dependencies.answers(context, {
      key: JSON.stringify(['trends', question, granularity, range, includeOpen, asked.after, limit]),
      source: id === undefined ? dependencies.trendSource(asked.question) : dependencies.fromDatabase,
      after,
      answer: () =>
        id === undefined
          ? ofMetric.ofMany(query, question, asked)
          : ofMetric.ofOne(query, id, asked.question),
    })
  })
}
