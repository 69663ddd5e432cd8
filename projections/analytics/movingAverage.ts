import type { Points } from './points.ts'

/** A week of days. */
const defaultWidth = 7

/**
 * For each point, the mean of what was observed in its window and the `width − 1` before it; null until so
 * many windows have passed since the series began.
 */
export const movingAverage = (
  { indices, values, length }: Points,
  width: number = defaultWidth,
): (number | null)[] => {
  const averages: (number | null)[] = []
  let oldest = 0
  for (let i = 0; i < length; i++) {
    const index = indices[i]!
    if (index < width - 1) {
      averages.push(null)
      continue
    }
    while (indices[oldest]! <= index - width) oldest++
    let sum = 0
    for (let j = oldest; j <= i; j++) sum += values[j]!
    averages.push(sum / (i - oldest + 1))
  }
  return averages
}
