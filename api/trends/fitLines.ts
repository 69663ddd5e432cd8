import { setImmediate as otherWork } from 'node:timers/promises'
import type { InsufficientData, TrendLine } from '@patterns/projections/analytics/trendLine.ts'
import { windowStarts } from '@patterns/projections/segments.ts'
import type pg from 'pg'
import { createLaneIndex } from '../totals/laneIndex.ts'
import { readRows } from '../totals/readRows.ts'
import { createFigures, figureColumns } from './figures.ts'
import type { LineQuestion } from './lineQuestion.ts'
import { trendSegments } from './patternSeries.ts'

/** Lines fitted in one go: a few milliseconds, in which nothing else is answered. */
const linesPerTurn = 200

/** The shards of a pattern share its windows here. */
const anyShard = 0

/** Fits the lines of patterns from their windows: of all that were ever seen, or of some. */
export const fitLines = async (
  client: pg.PoolClient,
  question: LineQuestion,
  firstSeen: ReadonlyMap<string, number>,
  patternIds?: readonly string[],
): Promise<Map<string, TrendLine | InsufficientData>> => {
  const { metric } = question
  const index = createLaneIndex()
  const figures = createFigures(question, patternIds?.length ?? firstSeen.size)
  for (const segment of trendSegments(question, question.now))
    await readRows(
      client,
      {
        granularity: segment.granularity,
        starts: [...windowStarts(segment)],
        columns: figureColumns(metric),
        ...(patternIds === undefined ? {} : { patternIds }),
      },
      (start, bytes, idAt, _shard, values) => figures.add(index.lane(bytes, idAt, anyShard), start, values),
    )
  const lines = new Map<string, TrendLine | InsufficientData>()
  for (let pattern = 0; pattern < index.patternCount; pattern++) {
    if (pattern % linesPerTurn === linesPerTurn - 1) await otherWork()
    const patternId = index.idOf(pattern)
    const line = figures.line(pattern, firstSeen.get(patternId)!)
    if (line !== undefined) lines.set(patternId, line)
  }
  return lines
}
