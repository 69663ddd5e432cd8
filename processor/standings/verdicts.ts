import { emergence, type UsageChange } from '@patterns/projections/analytics/emergence.ts'
import { type StandingRange, standingSpans } from '@patterns/projections/standings/standingRange.ts'
import { servedTables } from '@patterns/read-model/served.ts'
import { float8Array, textArray, uuidArray } from '@patterns/shared/postgres/binaryArray.ts'
import type { Queryable } from '@patterns/shared/postgres/queryable.ts'

/** Verdicts are computed some milliseconds at a time, between two statements. */
const verdictsPerStatement = 500

/**
 * Says whether patterns are new within the hours that growth compares: of some, or of all if none are named. A verdict on
 * what changed is void.
 */
export const restateNewness = async (
  client: Queryable,
  name: StandingRange,
  closedUntil: number,
  patternIds?: readonly string[],
): Promise<void> => {
  const table = servedTables.closedStandings[name]
  const newSince = new Date(standingSpans(name, closedUntil).growth.current.from)
  await client.query({
    text: `
update ${table} as stored set is_new = not stored.is_new, trend = null, probability = null
from ${servedTables.openStandings} as open
where stored.pattern_id = open.pattern_id and stored.is_new <> (open.first_seen >= $1)
  ${patternIds === undefined ? '' : 'and stored.pattern_id = any($2::uuid[])'}`,
    values: [newSince, ...(patternIds === undefined ? [] : [uuidArray(patternIds)])],
  })
}

interface Unjudged {
  readonly pattern_id: string
  readonly closed_uses: number
  readonly previous_uses: number
  readonly is_new: boolean
}

/** Judges as `emergence` does, and remembers each verdict: many patterns have the same few uses. */
export const createJudge = () => {
  const known = new Map<string, ReturnType<typeof emergence>>()
  return (change: UsageChange) => {
    const key = `${change.current}/${change.previous}/${change.isNew}`
    let verdict = known.get(key)
    if (verdict === undefined) {
      verdict = emergence(change)
      known.set(key, verdict)
    }
    return verdict
  }
}

/** Makes the verdicts that are missing. */
export const writeVerdicts = async (
  client: Queryable,
  name: StandingRange,
  judge: ReturnType<typeof createJudge>,
): Promise<void> => {
  const table = servedTables.closedStandings[name]
  const { rows } = await client.query<Unjudged>({
    name: `read_unjudged_${table}`,
    text: `select pattern_id, closed_uses, previous_uses, is_new from ${table} where probability is null`,
  })
  for (let i = 0; i < rows.length; i += verdictsPerStatement) {
    const some = rows.slice(i, i + verdictsPerStatement)
    const verdicts = some.map((row) =>
      judge({ current: row.closed_uses, previous: row.previous_uses, isNew: row.is_new }),
    )
    await client.query({
      name: `judge_${table}`,
      text: `update ${table} as stored set trend = judged.trend, probability = judged.probability
             from unnest($1::uuid[], $2::text[], $3::float8[]) as judged (pattern_id, trend, probability)
             where stored.pattern_id = judged.pattern_id`,
      values: [
        uuidArray(some.map((row) => row.pattern_id)),
        textArray(verdicts.map(({ kind }) => kind)),
        float8Array(verdicts.map(({ probability }) => probability)),
      ],
    })
  }
}
