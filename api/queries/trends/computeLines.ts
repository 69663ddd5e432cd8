import { setImmediate as yieldToEventLoop } from 'node:timers/promises'
import { isObserved, trendLine } from '@patterns/projections/analytics/trendLine.ts'
import type { Queryable } from '@patterns/shared/postgres/queryable.ts'
import { readPatternsWindows } from '../readPatternsWindows.ts'
import { type LineQuestion, windowsOf } from './lineQuestion.ts'
import { patternSeries, trendWindowRuns, windowsInOrder } from './patternSeries.ts'
import type { StartedLine } from './startedLine.ts'
import { trendColumnsOf } from './trendColumns.ts'

/** Windows read and fitted in one go: some milliseconds, in which nothing else is answered. */
const maxWindows = 5_000

/**
 * Computes the lines of patterns from their windows in all shards, by the function that the processor keeps lines with;
 * `firstSeen` says of which patterns, and when each was first seen. Those that were not observed have none.
 */
export const computeLines = async (
  database: Queryable,
  question: LineQuestion,
  firstSeen: ReadonlyMap<string, number>,
): Promise<ReadonlyMap<string, StartedLine>> => {
  const { metric, granularity, now } = question
  const runs = trendWindowRuns(question, now)
  const ids = [...firstSeen.keys()]
  const together = Math.max(1, Math.floor(maxWindows / windowsOf(question)))
  const lines = new Map<string, StartedLine>()
  for (let at = 0; at < ids.length; at += together) {
    const some = ids.slice(at, at + together)
    const rows = await readPatternsWindows(database, some, runs, trendColumnsOf(metric))
    for (const id of some) {
      const windows = windowsInOrder(rows.get(id) ?? [], granularity)
      const series = patternSeries(metric, windows, question, { firstSeen: firstSeen.get(id)!, now })
      const line = trendLine(series)
      if (isObserved(line)) lines.set(id, { start: series.start, line })
    }
    await yieldToEventLoop()
  }
  return lines
}
