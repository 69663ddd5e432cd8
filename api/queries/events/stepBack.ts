import type { PositionRange } from '@patterns/event-log/eventLog.ts'

/** Positions, and how many events of a pattern are among them. */
export interface HourPositions extends PositionRange {
  readonly events: number
}

/** Ranges closer than this are read as one: there are fewer to look up, and they are in one segment anyway. */
const nearPositions = 64

/** The same positions, and those between near ones, in as few ranges as possible, in order. */
export const joinRanges = (ranges: readonly HourPositions[]): HourPositions[] => {
  const joined: HourPositions[] = []
  for (const { first, last, events } of ranges) {
    const previous = joined.at(-1)
    if (previous !== undefined && first - previous.last <= nearPositions)
      joined[joined.length - 1] = {
        first: previous.first,
        last: Math.max(previous.last, last),
        events: previous.events + events,
      }
    else joined.push({ first, last, events })
  }
  return joined
}

/** Positions in one step, at most. Segments say which pattern each event is of, so this reads a quarter of a megabyte. */
const maxPositions = 65_536
const maxRanges = 64
/** Events do not lie evenly, so a step goes a bit further than is enough on average. */
const margin = 1.5

/**
 * The newest of some joined ranges below a position, as far back as about `wanted` events need; in order. Empty if there
 * are none left.
 */
export const stepBack = (
  joined: readonly HourPositions[],
  below: number,
  wanted: number,
): PositionRange[] => {
  const step: PositionRange[] = []
  let missing = wanted * margin
  let room = maxPositions
  for (const range of joined.toReversed()) {
    const last = Math.min(range.last, below - 1)
    if (last < range.first) continue
    const span = last - range.first + 1
    const density = Math.max(1, range.events) / (range.last - range.first + 1)
    const taken = Math.min(span, room, Math.ceil(missing / density))
    step.push({ first: last - taken + 1, last })
    missing -= taken * density
    room -= taken
    if (missing <= 0 || room === 0 || step.length === maxRanges) break
  }
  return step.toReversed()
}
