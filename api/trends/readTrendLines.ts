import {
  type InsufficientData,
  isObserved,
  type TrendLine,
} from '@patterns/projections/analytics/trendLine.ts'
import type pg from 'pg'
import { fitLines } from './fitLines.ts'
import { isMaterialized, type LineQuestion } from './lineQuestion.ts'
import { readFirstSeen } from './readFirstSeen.ts'
import { readStoredLines } from './readStoredLines.ts'

/** The line of each pattern that was observed in the windows, by id. */
export type TrendLines = Map<string, TrendLine | InsufficientData>

/** With more patterns to fit than this, reading the windows of all of them is quicker than picking. */
const mostPicked = 2_000

const observed = (lines: TrendLines): TrendLines => {
  for (const [patternId, line] of lines) if (!isObserved(line)) lines.delete(patternId)
  return lines
}

/**
 * The line of every pattern over some windows, as of the snapshot that the connection reads in. Where the processor
 * keeps these lines they are taken from there, and only what it has not got to yet is fitted here: to the same
 * bits, since the windows are integers and the function is one.
 */
export const readTrendLines = async (client: pg.PoolClient, question: LineQuestion): Promise<TrendLines> => {
  const firstSeen = await readFirstSeen(client)
  if (!isMaterialized(question)) return observed(await fitLines(client, question, firstSeen))
  const lines = await readStoredLines(client, question)
  const missing = [...firstSeen.keys()].filter((patternId) => !lines.has(patternId))
  if (missing.length > mostPicked) return observed(await fitLines(client, question, firstSeen))
  if (missing.length > 0)
    for (const [patternId, line] of await fitLines(client, question, firstSeen, missing))
      lines.set(patternId, line)
  return observed(lines)
}

/** The lines of some patterns, from their windows. */
export const refitTrendLines = async (
  client: pg.PoolClient,
  question: LineQuestion,
  patternIds: readonly string[],
): Promise<TrendLines> =>
  observed(await fitLines(client, question, await readFirstSeen(client, patternIds), patternIds))
