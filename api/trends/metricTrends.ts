import { setImmediate as otherWork } from 'node:timers/promises'
import type { CatalogueEntry } from '@patterns/projections/catalogue.ts'
import type { Direction } from '@patterns/projections/analytics/direction.ts'
import type { Metric } from '@patterns/projections/analytics/metric.ts'
import { LRUCache } from 'lru-cache'
import { type Page, type PagePlace, pageOf } from '../values/page.ts'
import type { Vector } from '@patterns/read-model/vector.ts'
import { readPatternsWindows } from '../queries/readPatternsWindows.ts'
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
import { createViewEntries, type ViewEntries } from './viewEntries.ts'

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

interface JudgedList extends Pick<KeptLines, 'version'>, Pick<ViewEntries, 'members'> {
  readonly judged: JudgedLines
}

/** Lists whose verdicts are kept: of 10,000 patterns each takes some 2 MB, of a type far less. */
const mostJudged = 64
/** How often a newer view is asked for before lines are read again for an older one. */
const mostTries = 3
const trendsPerTurn = 20

/** Lists the trends of one metric over all patterns, or those of a type: surest first. */
export const createMetricTrends = (standings: Standings) => {
  const store = createLineStore()
  const cache = createTrendCache()
  const judgedLists = new LRUCache<string, JudgedList>({ max: mostJudged })
  const entriesOf = createViewEntries()

  /** The verdicts of a list hold until one of its lines changes, or which patterns are of the type. */
  const judge = (
    question: LineQuestion,
    { lines, version }: KeptLines,
    patternType: string | undefined,
    { members, entries }: ViewEntries,
  ): JudgedLines => {
    const key = `${lineQuestionText(question)}/${patternType ?? ''}`
    const known = judgedLists.get(key)
    if (known?.version === version && known.members === members) return known.judged
    const judged = judgeLines(
      patternType === undefined ? lines : [...lines].filter(([id]) => entries.has(id)),
    )
    judgedLists.set(key, { version, members, judged })
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
      trendSegments(question, question.now),
      trendColumnsOf(question.metric),
    )
    const listed: ListedTrend[] = []
    for (const [i, judged] of lines.entries()) {
      const entry = entries.get(judged.id)!
      let trend = known[i]
      if (trend === undefined) {
        if (listed.length % trendsPerTurn === trendsPerTurn - 1) await otherWork()
        const windows = windowsInOrder(rows.get(judged.id) ?? [], question.granularity)
        const { firstSeen } = entry
        trend = patternTrend(question.metric, windows, question, { firstSeen, now: question.now })
        cache.set(question, judged.id, judged.line, trend)
      }
      listed.push({ ...judged, entry, detail: trend })
    }
    return listed
  }

  const inView = async (
    view: StandingsView,
    asked: MetricTrendsAsked,
    isLast: boolean,
  ): Promise<MetricTrends | undefined> => {
    const { patternType, direction, after, limit } = asked
    const { vector, snapshot } = view
    const patterns = entriesOf(view, patternType)
    const kept = await store.lines(view, asked, isLast)
    if (kept === undefined) return undefined
    const { measured, insufficient } = judge(asked, kept, patternType, patterns)
    const listed =
      direction === undefined ? measured : measured.filter((judged) => judged.direction === direction)
    const page = pageOf(listed, {
      valueOf: ({ order }) => order,
      idOf: ({ id }) => id,
      descending: false,
      after,
      limit,
    })
    const items = await detail(snapshot, asked, page.items, patterns.entries)
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
