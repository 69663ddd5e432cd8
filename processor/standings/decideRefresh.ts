import { closedUntil } from '@patterns/projections/analytics/trendRange.ts'
import { maxAdvanceMs } from '@patterns/projections/standings/weightedSpans.ts'
import { graceMs } from '@patterns/projections/window.ts'
import { stepsBack, type Vector, vectorText } from '@patterns/read-model/vector.ts'

/** What the standings account for. */
export interface StandingsCheckpoint {
  /** Of the windows that they are made from, by shard. */
  readonly vector: Vector
  /** The end of the last hour that they take for closed, epoch milliseconds. */
  readonly closedUntil: number
}

/** What brings the standings up to their windows. */
export interface RefreshPlan {
  /** `recount`: all of them, from nothing. `carryOn`: by what changed since. */
  readonly kind: 'recount' | 'carryOn'
  readonly closedUntil: number
}

/**
 * How far the clock may be behind the standings before they follow it. Processors take turns, and at the change of the hour
 * the clock of one is still in the old hour and that of another in the new one: closed hours stay closed.
 */
const clockToleranceMs = graceMs

/** The end of the last closed hour, as the clock says it, unless the standings are a little ahead of the clock. */
const nextClosedUntil = (now: number, known: number): number => {
  const next = closedUntil('hour', now)
  const isAhead = next < known && now + clockToleranceMs >= known + graceMs
  return isAhead ? known : next
}

/**
 * What is to be done; undefined if nothing is. All is counted again if nothing is known, if windows were begun again, and
 * if the clock was set back or has gone on by more hours than can be carried on by.
 * @param windows how far the windows are in each shard
 */
export const decideRefresh = (
  windows: Vector,
  known: StandingsCheckpoint | undefined,
  now: number,
): RefreshPlan | undefined => {
  if (known === undefined)
    return windows.size === 0 ? undefined : { kind: 'recount', closedUntil: closedUntil('hour', now) }
  const next = nextClosedUntil(now, known.closedUntil)
  if (next === known.closedUntil && vectorText(windows) === vectorText(known.vector)) return undefined
  const advance = next - known.closedUntil
  const isThere = [...known.vector.keys()].every((shard) => windows.has(shard))
  const isCarriedOn = isThere && !stepsBack(known.vector, windows) && advance >= 0 && advance <= maxAdvanceMs
  return { kind: isCarriedOn ? 'carryOn' : 'recount', closedUntil: next }
}
