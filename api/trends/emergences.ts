import { type Emergence, emergence, type EmergenceLimits } from '@patterns/projections/analytics/emergence.ts'
import type { GrowthSpans } from '@patterns/projections/derived/growthSpans.ts'
import { LRUCache } from 'lru-cache'
import type { ListedPattern } from '../totals/catalogue.ts'
import { usesAt } from '../totals/sums.ts'

export interface EmergencesAsked {
  readonly patterns: readonly ListedPattern[]
  readonly spans: GrowthSpans
  /** The sums over the two spans, by pattern number. */
  readonly current: Float64Array
  readonly previous: Float64Array
  readonly limits: EmergenceLimits
}

/**
 * The verdict on each of these patterns, in their order. Spans are closed hours, so counts rarely change: a
 * verdict is only made again where they did, and ten thousand take a fraction of a millisecond.
 */
export type Emergences = (asked: EmergencesAsked) => readonly Emergence[]

export const createEmergences = (): Emergences => {
  const kept = new LRUCache<string, (Emergence | undefined)[]>({ max: 32 })
  return ({ patterns, spans, current, previous, limits }) => {
    const key = JSON.stringify([spans.current, spans.previous, limits])
    let known = kept.get(key)
    if (known === undefined) {
      known = []
      kept.set(key, known)
    }
    const verdicts = known
    return patterns.map(({ pattern, entry }) => {
      const change = {
        current: usesAt(current, pattern),
        previous: usesAt(previous, pattern),
        isNew: entry.firstSeen !== null && entry.firstSeen >= spans.current.from,
      }
      const last = verdicts[pattern]
      if (
        last?.current === change.current &&
        last.previous === change.previous &&
        last.isNew === (change.isNew && change.previous === 0)
      )
        return last
      return (verdicts[pattern] = emergence(change, limits))
    })
  }
}
