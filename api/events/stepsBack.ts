import type { PositionRange } from './readPositionRanges.ts'

/** Ranges closer than this are read as one: a segment holds more events than lie between them. */
const nearPositions = 1_000

/** The same positions, and those between near ones, as fewest ranges, in order. */
export const joinRanges = (ranges: readonly PositionRange[]): PositionRange[] => {
  const joined: PositionRange[] = []
  for (const { first, last } of ranges) {
    const previous = joined.at(-1)
    if (previous !== undefined && first - previous.last <= nearPositions)
      joined[joined.length - 1] = { first: previous.first, last: Math.max(previous.last, last) }
    else joined.push({ first, last })
  }
  return joined
}

const firstStep = 500
const longestStep = 8_000

/**
 * The ranges below a position in steps from the newest back, so that a log that reads forward can be read
 * backward: short steps first, since most readers want the latest few.
 */
export const stepsBack = function* (
  ranges: readonly PositionRange[],
  below: number,
): Generator<PositionRange> {
  let step = firstStep
  for (const range of joinRanges(ranges).toReversed()) {
    let last = Math.min(range.last, below - 1)
    while (last >= range.first) {
      const first = Math.max(range.first, last - step + 1)
      yield { first, last }
      last = first - 1
      step = Math.min(step * 4, longestStep)
    }
  }
}
