import type { CatalogueEntry } from '@patterns/projections/catalogue.ts'
import { directionsInList, type ListedDirection } from '@patterns/projections/analytics/directionsInList.ts'
import type { Emergence, EmergenceLimits } from '@patterns/projections/analytics/emergence.ts'
import { closedUntil } from '@patterns/projections/analytics/trendRange.ts'
import type { GrowthSpans } from '@patterns/projections/derived/growthSpans.ts'
import { type Granularity, windowStart } from '@patterns/projections/window.ts'
import { defaultGranularity } from '../values/buckets.ts'
import { type Page, type PagePlace, pageOf } from '../values/page.ts'
import type { Range } from '../values/range.ts'
import type { Vector } from '@patterns/read-model/vector.ts'
import { readPatternsWindows } from '../queries/readPatternsWindows.ts'
import { PatternNotFoundError } from '../queries/queryErrors.ts'
import { patternsOfType } from '../totals/patternsOfType.ts'
import type { Standings, StandingsView } from '../totals/standings.ts'
import { createEmergences } from './emergences.ts'
import { orderKey } from './orderKey.ts'
import { trendSegments, windowsInOrder } from './patternSeries.ts'
import { type PatternTrend, patternTrend } from './patternTrend.ts'
import { nextStart, type TrendRange } from './resolveTrendRange.ts'
import { trendColumnsOf } from './trendColumns.ts'
import type { EmergenceType } from './trendTypes.ts'

/** One pattern whose usage takes off or falls (or, asked for by id, neither), with its usage over both spans. */
export interface ListedEmergence {
  readonly id: string
  readonly entry: CatalogueEntry
  readonly verdict: Emergence
  readonly usage: PatternTrend
  /** The direction of the usage among those listed; undefined if there are too few windows. */
  readonly listed: ListedDirection | undefined
}

export interface EmergenceAsked {
  readonly type: EmergenceType
  readonly spans: GrowthSpans
  readonly granularity: Granularity
  readonly limits: EmergenceLimits
  readonly patternId: string | undefined
  readonly patternType: string | undefined
  readonly after: PagePlace | undefined
  readonly limit: number
  /** Epoch milliseconds. */
  readonly now: number
}

export interface EmergenceTrends {
  readonly vector: Vector
  readonly page: Page<ListedEmergence>
  readonly totalCount: number
}

const fewestWindows = 14

/** The coarsest windows of which both spans together hold enough to see a course. */
export const granularityOfSpans = ({ current, previous }: GrowthSpans, mostPoints: number): Granularity =>
  defaultGranularity({ from: previous.from, to: current.to }, { mostPoints, fewest: fewestWindows })

/** The closed windows that touch the two spans. */
export const usageRange = (spans: GrowthSpans, granularity: Granularity, now: number): TrendRange => {
  const range: Range = {
    from: windowStart(spans.previous.from, granularity),
    to: Math.min(nextStart(spans.current.to, granularity), closedUntil(granularity, now)),
  }
  return { range, granularity, includeOpen: false }
}

/** The order of `compareEmergence`, as a text: surest, then by growth, then by uses. */
export const emergenceOrder = ({ probability, growth, current, previous }: Emergence): string =>
  orderKey([-probability, -Math.abs(growth ?? Number.MAX_VALUE), -Math.max(current, previous)])

/** Lists whose usage takes off or falls, the surest first. */
export const createEmergenceTrends = (standings: Standings) => {
  const emergences = createEmergences()

  const inView = async (
    { vector, catalogue, sums, snapshot }: StandingsView,
    asked: EmergenceAsked,
  ): Promise<EmergenceTrends> => {
    const { type, spans, granularity, limits, patternId, patternType, after, limit, now } = asked
    const ofType = patternsOfType(catalogue, patternType)
    if (patternId !== undefined && catalogue.find(patternId) === undefined)
      throw new PatternNotFoundError(patternId)
    const patterns = patternId === undefined ? ofType : ofType.filter(({ id }) => id === patternId)
    const verdicts = emergences({
      patterns,
      spans,
      current: sums(spans.current).values,
      previous: sums(spans.previous).values,
      limits,
    })
    const found = patterns.flatMap(({ id, entry }, i) => {
      const verdict = verdicts[i]!
      if (patternId === undefined && verdict.kind !== type) return []
      // Entries may change in place while windows are read.
      return [{ id, entry: { ...entry }, verdict, order: emergenceOrder(verdict) }]
    })
    const page = pageOf(found, {
      valueOf: ({ order }) => order,
      idOf: ({ id }) => id,
      descending: false,
      after,
      limit,
    })
    const range = usageRange(spans, granularity, now)
    const ids = page.items.map(({ id }) => id)
    const rows = await readPatternsWindows(snapshot, ids, trendSegments(range, now), trendColumnsOf('usage'))
    const usages = page.items.map(({ id, entry: { firstSeen } }) =>
      patternTrend('usage', windowsInOrder(rows.get(id) ?? [], granularity), range, { firstSeen, now }),
    )
    const measured = usages.flatMap(({ trend }) => (trend.status === 'measured' ? [trend] : []))
    const directions = new Map(
      directionsInList(measured).map((direction, i) => [measured[i]!, direction] as const),
    )
    const items = page.items.map(({ id, entry, verdict }, i) => {
      const usage = usages[i]!
      const listed = usage.trend.status === 'measured' ? directions.get(usage.trend) : undefined
      return { id, entry, verdict, usage, listed }
    })
    return { vector, page: { ...page, items }, totalCount: found.length }
  }

  return (asked: EmergenceAsked): Promise<EmergenceTrends> =>
    standings.view([asked.spans.current, asked.spans.previous], (view) => inView(view, asked))
}
