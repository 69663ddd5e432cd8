import { covers, type Vector } from '@patterns/read-model/vector.ts'
import type { Checkpoints } from './standingsCheckpoint.ts'

/** How far the standings are behind the windows, no matter which processor refreshes them. */
export interface Freshness {
  /** Takes in what was seen at a time, in milliseconds of a clock that does not go back. */
  saw(checkpoints: Checkpoints, at: number): void
  /** Events that the windows account for and the standings do not, when it was last looked. */
  lagEvents(): number
  /** The last time at which the standings had all that the windows had. */
  wholeUntil(): number
}

const nothing: Vector = new Map()

/** The standings were whole at a time if they now account for all that the windows accounted for then. */
export const createFreshness = (startedAt: number): Freshness => {
  let wholeUntil = startedAt
  let lag = 0
  let awaited: { readonly windows: Vector; readonly at: number } | undefined
  return {
    saw({ windows, standings }, at) {
      const vector = standings?.vector ?? nothing
      lag = [...windows].reduce(
        (sum, [shard, position]) => sum + Math.max(0, position - (vector.get(shard) ?? 0)),
        0,
      )
      if (covers(vector, windows)) {
        wholeUntil = at
        awaited = undefined
        return
      }
      if (awaited !== undefined && covers(vector, awaited.windows)) {
        wholeUntil = awaited.at
        awaited = undefined
      }
      awaited ??= { windows, at }
    },
    lagEvents: () => lag,
    wholeUntil: () => wholeUntil,
  }
}
