import type { InsufficientData, TrendLine } from '@patterns/projections/analytics/trendLine.ts'
import type { Queryable } from '@patterns/shared/postgres/queryable.ts'
import { type LineQuestion, windowsOf } from './lineQuestion.ts'
import { readChangedPatterns } from './readChangedPatterns.ts'
import { lineExpression, lineFromJson, type LineJson } from '@patterns/read-model/reading/selectLines.ts'
import { servedTables } from '@patterns/read-model/served.ts'
import { readLineVector } from './readLineVector.ts'

type LineRow = readonly [patternId: string, shard: number, line: LineJson]

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
  const { rows } = await database.query<{ lines: LineRow[] | null }>({
    name: 'read_stored_lines',
    text: `
select json_agg(json_build_array(pattern_id, shard, ${lineExpression('line')})) as lines
from ${servedTables.trends} as line
where granularity = $1 and windows = $2 and metric = $3 and closed_until = $4`,
    values: [question.granularity, windowsOf(question), question.metric, new Date(question.range.to)],
  })
  const lines = new Map<string, TrendLine | InsufficientData>()
  const isInMany = new Set<string>()
  for (const row of rows[0]!.lines ?? []) {
    const [patternId, shard, line] = row
    if (lines.has(patternId)) isInMany.add(patternId)
    if (vector.has(shard)) lines.set(patternId, lineFromJson(line))
    else isInMany.add(patternId)
  }
  for (const patternId of [...isInMany, ...changed]) lines.delete(patternId)
  return lines
}
