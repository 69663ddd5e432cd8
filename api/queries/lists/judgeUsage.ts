import { setImmediate as yieldToEventLoop } from 'node:timers/promises'
import { emergence, type EmergenceLimits } from '@patterns/projections/analytics/emergence.ts'
import type { GrowthSpans } from '@patterns/projections/derived/growthSpans.ts'
import {
  float8Array,
  fromInt8Array,
  fromTimestamptzArray,
  textArray,
} from '@patterns/shared/postgres/binaryArray.ts'
import type { ListRows } from './listRelation.ts'

/** Verdicts computed without a break: some milliseconds, in which nothing else is answered. */
const verdictsPerTurn = 1_000

/** The rows of a list with the verdict on how each pattern's usage changed, which SQL cannot compute. */
export const judgeUsage = async (
  rows: ListRows,
  { current }: GrowthSpans,
  limits: EmergenceLimits,
): Promise<ListRows> => {
  const firstSeen = fromTimestamptzArray(rows['first_seen']!)
  const previous = fromInt8Array(rows['previous_uses']!)
  const trends: string[] = []
  const probabilities: number[] = []
  for (const [i, uses] of fromInt8Array(rows['closed_uses']!).entries()) {
    if (i % verdictsPerTurn === verdictsPerTurn - 1) await yieldToEventLoop()
    const change = { current: uses, previous: previous[i]!, isNew: firstSeen[i]! >= current.from }
    const { kind, probability } = emergence(change, limits)
    trends.push(kind)
    probabilities.push(probability)
  }
  return { ...rows, trend: textArray(trends), probability: float8Array(probabilities) }
}
