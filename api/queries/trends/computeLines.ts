import { setImmediate as yieldToEventLoop } from 'node:timers/promises'
import { isObserved, trendLine } from '@patterns/projections/analytics/trendLine.ts'
import type { Queryable } from '@patterns/shared/postgres/queryable.ts'
import type { LineQuestion } from './lineQuestion.ts'
import { patternSeries } from './patternSeries.ts'
import { createFigureReader, readFigures } from './readFigures.ts'
import type { StartedLine } from './startedLine.ts'

/** Lines fitted without a break: some milliseconds, in which nothing else is answered. */
const linesPerTurn = 200

/**
 * Computes the lines of patterns from their windows in all shards, by the function that the processor computes lines with;
 * `firstSeen` says of which patterns, and when each was first seen. Those that were not observed have none.
 */
export const computeLines = async (
  database: Queryable,
  question: LineQuestion,
  firstSeen: ReadonlyMap<string, number>,
): Promise<ReadonlyMap<string, StartedLine>> => {
  const { metric, now } = question
  const windowsOf = createFigureReader(question)
  const lines = new Map<string, StartedLine>()
  const read = await readFigures(database, question, [...firstSeen.keys()])
  for (const [i, { pattern_id: id, figures }] of read.entries()) {
    if (i % linesPerTurn === linesPerTurn - 1) await yieldToEventLoop()
    const seen = firstSeen.get(id)
    if (seen === undefined) continue
    const series = patternSeries(metric, windowsOf(figures), question, { firstSeen: seen, now })
    const line = trendLine(series)
    if (isObserved(line)) lines.set(id, { start: series.start, line })
  }
  return lines
}
