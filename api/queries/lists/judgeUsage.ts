import { setImmediate as yieldToEventLoop } from 'node:timers/promises'
import { emergence, type EmergenceLimits } from '@patterns/projections/analytics/emergence.ts'
import type { GrowthSpans } from '@patterns/projections/derived/growthSpans.ts'

/** Verdicts made in one go: some milliseconds, in which nothing else is answered. */
const verdictsPerTurn = 1_000

interface UsageRow {
  readonly first_seen: string
  readonly closed_uses: number
  readonly previous_uses: number
}

/** The rows of a list with the verdict on how each pattern's usage changed, which SQL cannot compute. */
export const judgeUsage = async (
  rows: string,
  { current }: GrowthSpans,
  limits: EmergenceLimits,
): Promise<string> => {
  const listed = JSON.parse(rows) as readonly UsageRow[]
  const judged: object[] = []
  for (const row of listed) {
    if (judged.length % verdictsPerTurn === verdictsPerTurn - 1) await yieldToEventLoop()
    const { kind, probability } = emergence(
      {
        current: row.closed_uses,
        previous: row.previous_uses,
        isNew: Date.parse(row.first_seen) >= current.from,
      },
      limits,
    )
    judged.push({ ...row, trend: kind, probability })
  }
  return JSON.stringify(judged)
}
