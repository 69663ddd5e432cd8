import { createRoute, z } from '@hono/zod-openapi'
import { durationFigures } from '@patterns/projections/derived/durationFigures.ts'
import { qualityFigures } from '@patterns/projections/derived/qualityFigures.ts'
import { answerFields, asOf, isoTime, isoTimeOrNull, rangeFields } from '../http/conventions/asOf.ts'
import { afterParameter, patternPath, rangeParameters } from '../http/conventions/parameters.ts'
import { orRefuse, patternNotFound } from '../http/problems/problem.ts'
import { growthSpansOf } from '../values/growthSpans.ts'
import { resolveShortTrendRange } from '../values/shortTrendRange.ts'
import { resolveRange } from '../values/range.ts'
import { readPositionRanges, upTo } from '../queries/events/readPositionRanges.ts'
import type { Vector } from '@patterns/read-model/vector.ts'
import { everything } from '../queries/columnSets.ts'
import { patternTrends, trendAndGrowthWindowRuns } from '../queries/trends/patternTrends.ts'
import { trendColumns } from '../queries/trends/trendColumns.ts'
import { mergeRows, usesIn } from '../queries/windows/mergeRows.ts'
import { windowRunsOf } from '@patterns/projections/windowRuns.ts'
import { type ApiApp, notModified, patternProblems, type RouteDependencies } from './apiRoute.ts'
import { categoryBenchmarkOf, categoryFields } from './benchmarkFields.ts'
import { eventOf, eventSchema } from './eventFields.ts'
import {
  durationFields,
  durationOf,
  qualityFields,
  qualityOf,
  successFields,
  successOf,
} from './figureFields.ts'
import { growthField, growthOf, usageFields, usageOf } from './growthFields.ts'
import { patternTrendsOf, patternTrendsSchema } from './patternTrendFields.ts'
import { entryNameOf, patternFields } from './patternFields.ts'
import { maxPoints } from './pointLimits.ts'

const time = z.iso.datetime().nullable()

const answerSchema = z
  .strictObject({
    ...answerFields,
    ...rangeFields,
    ...patternFields,
    description: z
      .string()
      .nullable()
      .openapi({ description: 'What it was last registered with; null if it never was.' }),
    tags: z.array(z.string()).openapi({ description: 'The tags it was last registered with.' }),
    node_type: z
      .string()
      .nullable()
      .openapi({ description: 'The kind of node it was last registered with.' }),
    first_seen: time.openapi({ description: 'The time of its first event of any kind.' }),
    last_seen: time.openapi({ description: 'The time of its latest event of any kind.' }),
    last_used: time.openapi({ description: 'The time of its latest use.' }),
    growth: growthField,
    usage: z.strictObject(usageFields).openapi({ description: 'How often it is used.' }),
    success: z.strictObject(successFields).openapi({ description: 'How often it works.' }),
    quality: z.strictObject(qualityFields).openapi({ description: 'How good it is.' }),
    duration: z.strictObject(durationFields).openapi({ description: 'How long it takes.' }),
    trends: patternTrendsSchema,
    benchmark: z
      .strictObject({ as_of: answerFields.as_of, ...categoryFields })
      .nullable()
      .openapi({
        description:
          'Within its type, over the range, as of its own `as_of`, at most about a second before; null if it has no type.',
      }),
    recent_events: z
      .array(eventSchema)
      .optional()
      .openapi({ description: 'The newest ten of the range; with `include=recent_events` only.' }),
  })
  .openapi('Pattern', { description: 'All about one pattern.' })

const route = createRoute({
  method: 'get',
  path: '/patterns/{pattern_id}',
  operationId: 'getPattern',
  tags: ['Patterns'],
  summary: 'All about one pattern',
  description:
    'Its description, usage, success, quality and durations over a range, where each of them goes, and where it stands in its type.',
  request: {
    params: patternPath,
    query: z.strictObject({
      ...rangeParameters('7d'),
      include: z.enum(['recent_events']).optional().openapi({
        description: 'Adds the latest events, which are read from the log: slower than the numbers.',
      }),
      ...afterParameter,
    }),
  },
  responses: {
    200: { description: 'The pattern.', content: { 'application/json': { schema: answerSchema } } },
    304: notModified,
    ...patternProblems,
  },
})

const recentEvents = 10

export const routePattern = (app: ApiApp, dependencies: RouteDependencies): void => {
  app.openapi(route, (context) => {
    const { pattern_id } = context.req.valid('param')
    const { include, after, ...query } = context.req.valid('query')
    const now = dependencies.listTime()
    const options = { now, defaultRange: '7d' }
    const range = orRefuse(resolveRange(query, options))
    const growth = growthSpansOf(query, range, options)
    const trendRange = orRefuse(resolveShortTrendRange(query, { ...options, maxPoints }))
    const readRecent = async (vector: Vector) => {
      const { ranges } = await readPositionRanges(dependencies.database, pattern_id, range)
      const found = await dependencies.findEvents({
        patternId: pattern_id,
        span: range,
        // Events after the vector are not behind these numbers.
        ranges: upTo(vector, ranges),
        limit: recentEvents,
      })
      return found.events.map(eventOf)
    }
    /** What the pattern's own windows say, of one moment. */
    const read = async () => {
      const { vector, entry, windows, trendWindows } = await dependencies.patterns.one(pattern_id, {
        runs: windowRunsOf(range),
        columns: everything,
        trendWindows: { runs: trendAndGrowthWindowRuns(trendRange, growth), columns: trendColumns },
      })
      if (entry === undefined) throw patternNotFound(pattern_id)
      const uses = {
        closedUses: usesIn(trendWindows, growth?.current),
        previousUses: usesIn(trendWindows, growth?.previous),
      }
      const ofTrends = trendWindows.filter(
        ({ start }) => start >= trendRange.range.from && start < trendRange.range.to,
      )
      const trends = patternTrends(ofTrends, trendRange, { firstSeen: entry.firstSeen, now })
      return { vector, entry, state: mergeRows(windows), uses, trends }
    }
    return dependencies.answers(context, {
      key: JSON.stringify(['pattern', pattern_id, range, growth?.current, include]),
      source: dependencies.fromDatabase,
      after,
      async answer() {
        const { vector, entry, state, uses, trends } = await read()
        const type = entry.patternType?.value
        const category = type === undefined ? undefined : await dependencies.categories({ range }, type)
        const recent =
          include === undefined ? undefined : await dependencies.logLimit(() => readRecent(vector))
        return {
          vector,
          body: {
            from: isoTime(range.from),
            to: isoTime(range.to),
            ...entryNameOf(pattern_id, entry),
            description: entry.description?.value ?? null,
            tags: [...(entry.tags?.value ?? [])],
            node_type: entry.nodeType?.value ?? null,
            first_seen: isoTimeOrNull(entry.firstSeen),
            last_seen: isoTimeOrNull(entry.lastSeen),
            last_used: isoTimeOrNull(entry.lastUsed),
            growth: growthOf(growth),
            usage: usageOf({ uses: state.outcomes.uses, ...uses }),
            success: successOf(state.outcomes),
            quality: qualityOf(qualityFigures(state.quality)),
            duration: durationOf(durationFigures(state.duration)),
            trends: patternTrendsOf(trends, trendRange),
            benchmark:
              category === undefined
                ? null
                : {
                    as_of: asOf(category.vector),
                    ...categoryBenchmarkOf(category.states.get(pattern_id) ?? state, category),
                  },
            ...(recent === undefined ? {} : { recent_events: recent }),
          },
        }
      },
    })
  })
}
