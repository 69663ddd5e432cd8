import { setImmediate as otherWork } from 'node:timers/promises'
import type { CatalogueEntry } from '@patterns/projections/catalogue.ts'
import type { Direction } from '@patterns/projections/analytics/direction.ts'
import type { Metric } from '@patterns/projections/analytics/metric.ts'
import { LRUCache } from 'lru-cache'
import { type Page, type PagePlace, pageOf } from '../conventions/page.ts'
import { patternsOfType } from '../routes/listPage.ts'
import type { Vector } from '../live/vector.ts'
import { readPatternsWindows } from '../read/readPatternsWindows.ts'
import type { SnapshotReader } from '../totals/snapshot.ts'
import type { Standings, StandingsView } from '../totals/standings.ts'
import { type JudgedLine, type JudgedLines, judgeLines } from './judgeLines.ts'
import { type LineQuestion, lineQuestionText } from './lineQuestion.ts'
import { createLineStore, type KeptLines } from './lineStore.ts'
import { type PatternTrend, patternTrend } from './patternTrend.ts'
import { trendSegments, windowsInOrder } from './patternSeries.ts'
import type { TrendRange } from './resolveTrendRange.ts'
import { createTrendCache } from './trendCache.ts'
import { trendColumnsOf } from './trendColumns.ts'

/** One pattern of a list of trends. */
export interface ListedTrend extends JudgedLine {
  readonly entry: CatalogueEntry
  readonly detail: PatternTrend
}

export interface MetricTrendsAsked extends TrendRange {
  readonly metric: Metric
  readonly patternType: string | undefined
  readonly direction: Direction | undefined
  readonly after: PagePlace | undefined
  readonly limit: number
  /** Epoch milliseconds. */
  readonly now: number
}

export interface MetricTrends {
  readonly vector: Vector
  readonly page: Page<ListedTrend>
  readonly totalCount: number
  readonly insufficientCount: number
}

/** How often a newer view is asked for before lines are read anew for an older one. */
const mostTries = 3
const trendsPerTurn = 20

/** Lists the trends of one metric over all patterns, or those of a type: surest first. */
export const createMetricTrends = (standings: Standings) => {
  const store = createLineStore()
  const cache = createTrendCache()
  const judgedAll = new LRUCache<string, { readonly version: number; readonly judged: JudgedLines }>({
    max: 24,
  })

  /** The verdicts over all patterns hold until a line changes; those over a type are made each time. */
  const judge = (
    question: LineQuestion,
    { lines, version }: KeptLines,
    entries: ReadonlyMap<string, CatalogueEntry> | undefined,
  ): JudgedLines => {
    if (entries !== undefined) return judgeLines([...lines].filter(([id]) => entries.has(id)))
    const key = lineQuestionText(question)
    const known = judgedAll.get(key)
    if (known?.version === version) return known.judged
    const judged = judgeLines(lines)
    judgedAll.set(key, { version, judged })
    return judged
  }

  const detail = async (
    snapshot: SnapshotReader,
    question: LineQuestion,
    lines: readonly JudgedLine[],
    entries: ReadonlyMap<string, CatalogueEntry>,
  ): Promise<readonly ListedTrend[]> => {
    const known = lines.map(({ id, line }) => cache.get(question, id, line))
    const unknown = lines.flatMap(({ id }, i) => (known[i] === undefined ? [id] : []))
    const rows = await readPatternsWindows(
      snapshot,
      unknown,
      trendSegments(question),
      trendColumnsOf(question.metric),
    )
    const listed: ListedTrend[] = []
    for (const [i, judged] of lines.entries()) {
      const entry = entries.get(judged.id)!
      let trend = known[i]
      if (trend === undefined) {
        if (listed.length % trendsPerTurn === trendsPerTurn - 1) await otherWork()
        const windows = windowsInOrder(rows.get(judged.id) ?? [])
        const { firstSeen } = entry
        trend = patternTrend(question.metric, windows, question, { firstSeen, now: question.now })
        cache.set(question, judged.id, judged.line, trend)
      }
      listed.push({ ...judged, entry, detail: trend })
    }
    return listed
  }

  const inView = async (
    { vector, catalogue, snapshot }: StandingsView,
    asked: MetricTrendsAsked,
    isLast: boolean,
  ): Promise<MetricTrends | undefined> => {
    const { patternType, direction, after, limit } = asked
    // Entries may change in place while lines are read; these are of the vector.
    const entries = new Map(patternsOfType(catalogue, patternType).map(({ id, entry }) => [id, { ...entry }]))
    const kept = await store.lines({ vector, snapshot }, asked, isLast)
    if (kept === undefined) return undefined
    const { measured, insufficient } = judge(asked, kept, patternType === undefined ? undefined : entries)
    const listed =
      direction === undefined ? measured : measured.filter((judged) => judged.direction === direction)
    const page = pageOf(listed, {
      valueOf: ({ order }) => order,
      idOf: ({ id }) => id,
      descending: false,
      after,
      limit,
    })
    const items = await detail(snapshot, asked, page.items, entries)
    return {
      vector,
      page: { ...page, items },
      totalCount: listed.length,
      insufficientCount: insufficient,
    }
  }

  return async (asked: MetricTrendsAsked): Promise<MetricTrends> => {
    for (let tries = 1; ; tries++) {
      const found = await standings.view([], (view) => inView(view, asked, tries >= mostTries))
      if (found !== undefined) return found
    }
  }
}
