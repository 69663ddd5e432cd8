import type { InsufficientData, TrendLine } from '@patterns/projections/analytics/trendLine.ts'
import type { Queryable } from '@patterns/shared/postgres/queryable.ts'
import { type LineQuestion, windowsOf } from './lineQuestion.ts'
import { readChangedPatterns } from './readChangedPatterns.ts'
import { servedTables } from '@patterns/read-model/served.ts'
import { readLineVector } from './readLineVector.ts'

type Figure = number | null

type LineRow = readonly [
  patternId: string,
  shard: number,
  points: number,
  ...line: readonly [Figure, Figure, Figure, Figure, Figure, Figure, Figure, Figure],
]

const lineOf = ([, , points, ...line]: LineRow): TrendLine | InsufficientData => {
  const [span, slope, intercept, rSquared, mean, s, variance, p] = line
  if (slope === null) return { status: 'insufficient_data', points }
  return {
    status: 'measured',
    points,
    span: span!,
    slope,
    intercept: intercept!,
    rSquared,
    mean: mean!,
    s: s!,
    variance: variance!,
    p: p!,
  }
}

/**
 * The lines that the processor keeps, as far as they are those of this moment's windows: computed up to the
 * last closed window, of patterns that lie in one shard, and not left behind by a late event since.
 */
export const readStoredLines = async (
  database: Queryable,
  question: LineQuestion,
): Promise<Map<string, TrendLine | InsufficientData>> => {
  const vector = await readLineVector(database)
  const changed = new Set(await readChangedPatterns(database, question, vector))
  // JSON has a double's shortest digits that read back as the same bits.
  const { rows } = await database.query<{ lines: LineRow[] | null }>({
    name: 'read_stored_lines',
    text: `
select json_agg(json_build_array(pattern_id, shard, points, span, slope, intercept, r_squared, mean, s, variance, p))
  as lines
from ${servedTables.trends}
where granularity = $1 and windows = $2 and metric = $3 and closed_until = $4`,
    values: [question.granularity, windowsOf(question), question.metric, new Date(question.range.to)],
  })
  const lines = new Map<string, TrendLine | InsufficientData>()
  const isInMany = new Set<string>()
  for (const row of rows[0]!.lines ?? []) {
    const [patternId, shard] = row
    if (lines.has(patternId)) isInMany.add(patternId)
    if (vector.has(shard)) lines.set(patternId, lineOf(row))
    else isInMany.add(patternId)
  }
  for (const patternId of [...isInMany, ...changed]) lines.delete(patternId)
  return lines
}
