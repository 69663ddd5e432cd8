import { createRoute, z } from '@hono/zod-openapi'
import { durationFigures } from '@patterns/projections/derived/durationFigures.ts'
import { qualityFigures } from '@patterns/projections/derived/qualityFigures.ts'
import { createBenchmarks } from '../queries/benchmarkPattern.ts'
import { answerFields, isoTime, isoTimeOrNull, rangeFields } from '../http/conventions/asOf.ts'
import { afterParameter, patternPath, rangeParameters } from '../http/conventions/parameters.ts'
import { orRefuse, patternNotFound } from '../http/problems/problem.ts'
import { growthSpansOf } from '../values/growthSpans.ts'
import { type Range, resolveRange } from '../values/range.ts'
import { readPositionRanges, upTo } from '../queries/events/readPositionRanges.ts'
import type { Vector } from '@patterns/read-model/vector.ts'
import { everything } from '../queries/columnSets.ts'
import { trendSegments } from '../trends/patternSeries.ts'
import { healthTrends, resolveHealthRange } from '../trends/healthTrends.ts'
import { trendColumns } from '../trends/trendColumns.ts'
import { mergeRows } from '../queries/windows/mergeRows.ts'
import { usesAt } from '../totals/sums.ts'
import { segmentsOf } from '@patterns/projections/segments.ts'
import { type ApiApp, notModified, patternProblems, type RouteParts } from './apiRoute.ts'
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
import { healthOf, healthSchema } from './healthFields.ts'
import { nameOf, patternFields } from './patternFields.ts'
import { mostPoints } from './pointLimits.ts'

const time = z.iso.datetime().nullable()

const answerSchema = z
  .strictObject({
    ...answerFields,
    ...rangeFields,
    ...patternFields,
    description: z
      .string()
      .nullable()
      .openapi({ description: 'What it was last registered with; null where it never was.' }),
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
    trends: healthSchema,
    benchmark: z
      .strictObject(categoryFields)
      .nullable()
      .openapi({ description: 'Within its type, over the range; null where it has no type.' }),
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

export const routePattern = (app: ApiApp, parts: RouteParts): void => {
  const benchmarks = createBenchmarks()

  app.openapi(route, (context) => {
    const { pattern_id } = context.req.valid('param')
    const { include, after, ...query } = context.req.valid('query')
    const now = parts.clock()
    const options = { now, defaultRange: '7d' }
    const range = orRefuse(resolveRange(query, options))
    const spans = growthSpansOf(query, range, options)
    const trendRange = orRefuse(resolveHealthRange(query, { ...options, mostPoints }))
    const summed = spans === undefined ? [range] : [range, spans.current, spans.previous]
    const segments = segmentsOf(range)
    const readRecent = async (vector: Vector) => {
      const { ranges } = await readPositionRanges(parts.database, pattern_id, range)
      const found = await parts.findEvents({
        patternId: pattern_id,
        range,
        // Events after the vector are not behind these numbers.
        ranges: upTo(vector, ranges),
        limit: recentEvents,
      })
      return found.events.map(eventOf)
    }
    /** The pattern among all, and its own windows: of one vector. */
    const read = () =>
      parts.standings.view(summed, async (view) => {
        const { vector, catalogue, snapshot } = view
        const listed = catalogue.find(pattern_id)
        if (listed === undefined) throw patternNotFound(pattern_id)
        const type = listed.entry.patternType?.value
        const usesIn = (span: Range | undefined): number =>
          span === undefined ? 0 : usesAt(view.sums(span).values, listed.pattern)
        const uses = { closedUses: usesIn(spans?.current), previousUses: usesIn(spans?.previous) }
        const benchmark = type === undefined ? null : benchmarks(view, range, listed, type)
        const [{ entry, windows }, ofTrends] = await Promise.all([
          parts.patterns.one(pattern_id, { segments, columns: everything, database: snapshot }),
          parts.patterns.one(pattern_id, {
            segments: trendSegments(trendRange, now),
            columns: trendColumns,
            database: snapshot,
          }),
        ])
        const { firstSeen } = entry!
        const trends = healthTrends(ofTrends.windows, trendRange, { firstSeen, now })
        return { vector, entry: entry!, windows, uses, benchmark, trends }
      })
    return parts.answers(context, {
      key: JSON.stringify(['pattern', pattern_id, range, spans?.current, include]),
      source: parts.fromStandings,
      after,
      async answer() {
        const { vector, entry, windows, uses, benchmark, trends } = await read()
        const state = mergeRows(windows)
        const recent = include === undefined ? undefined : await parts.logTurns(() => readRecent(vector))
        return {
          vector,
          body: {
            from: isoTime(range.from),
            to: isoTime(range.to),
            ...nameOf(pattern_id, entry),
            description: entry.description?.value ?? null,
            tags: [...(entry.tags?.value ?? [])],
            node_type: entry.nodeType?.value ?? null,
            first_seen: isoTimeOrNull(entry.firstSeen),
            last_seen: isoTimeOrNull(entry.lastSeen),
            last_used: isoTimeOrNull(entry.lastUsed),
            growth: growthOf(spans),
            usage: usageOf({ uses: state.outcomes.uses, ...uses }),
            success: successOf(state.outcomes),
            quality: qualityOf(qualityFigures(state.quality)),
            duration: durationOf(durationFigures(state.duration)),
            trends: healthOf(trends, trendRange),
            benchmark: benchmark === null ? null : categoryBenchmarkOf(benchmark),
            ...(recent === undefined ? {} : { recent_events: recent }),
          },
        }
      },
    })
  })
}
