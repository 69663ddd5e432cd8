import type { Random } from './random.ts'

/** Draws an index with a probability in proportion to its weight. @throws RangeError if no weight is above 0 */
export const weightedChoice = (weights: readonly number[]): ((random: Random) => number) => {
  const cumulative = new Float64Array(weights.length)
  let total = 0
  weights.forEach((weight, index) => {
    total += weight
    cumulative[index] = total
  })
  if (!(total > 0)) throw new RangeError('of the weights at least one must be above 0')
  return (random) => {
    const drawn = random.unit() * total
    // The first index whose cumulative weight is above the draw; one of weight 0 never is.
    let min = 0
    let max = cumulative.length - 1
    while (min < max) {
      const middle = (min + max) >>> 1
      if (cumulative[middle]! > drawn) max = middle
      else min = middle + 1
    }
    return min
  }
}
