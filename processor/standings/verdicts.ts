import type { Queryable } from '@patterns/shared/postgres/queryable.ts'
import { servedTables } from '@patterns/read-model/served.ts'
import { emergence, type UsageChange } from '@patterns/projections/analytics/emergence.ts'
import { type StandingRange, standingSpans } from '@patterns/projections/standings/standingRange.ts'
import { float8Array, textArray, uuidArray } from '@patterns/shared/postgres/binaryArray.ts'

/** Verdicts are computed some milliseconds at a time, between two statements. */
const verdictsPerStatement = 500

/** Says of patterns whether they are new within the hours that growth compares; a verdict on what has changed is void. */
export const restateNewness = async (
  client: Queryable,
  name: StandingRange,
  closedUntil: number,
  patternIds: readonly string[],
): Promise<number> => {
  const table = servedTables.closedStandings[name]
  const { rowCount } = await client.query({
    name: `restate_${table}`,
    text: `
update ${table} as kept set is_new = not kept.is_new, trend = null, probability = null
from unnest($2::uuid[]) as ids (pattern_id) join ${servedTables.openStandings} as open on open.pattern_id = ids.pattern_id
where kept.pattern_id = ids.pattern_id and kept.is_new <> (open.first_seen >= $1)`,
    values: [new Date(standingSpans(name, closedUntil).growth.current.from), uuidArray(patternIds)],
  })
  return rowCount!
}

interface Unjudged {
  readonly pattern_id: string
  readonly closed_uses: number
  readonly previous_uses: number
  readonly is_new: boolean
}

/** Judges as `emergence` does; most patterns are used as seldom as many others. */
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
      text: `update ${table} as kept set trend = judged.trend, probability = judged.probability
             from unnest($1::uuid[], $2::text[], $3::float8[]) as judged (pattern_id, trend, probability)
             where kept.pattern_id = judged.pattern_id`,
      values: [
        uuidArray(some.map((row) => row.pattern_id)),
        textArray(verdicts.map(({ kind }) => kind)),
        float8Array(verdicts.map(({ probability }) => probability)),
      ],
    })
  }
}
