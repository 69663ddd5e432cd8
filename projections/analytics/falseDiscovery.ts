/** The places of the p-values, least first. */
const byP = (pValues: readonly number[]): Uint32Array =>
  Uint32Array.from(pValues.keys()).toSorted((a, b) => pValues[a]! - pValues[b]!)

/**
 * Adjusted p-values that control the false discovery rate: where those below 0.05 are called real, at most
 * 5 % of the calls are expected to be wrong. In the order of the input.
 *
 * Benjamini, Y., Hochberg, Y. (1995), "Controlling the false discovery rate: a practical and powerful
 * approach to multiple testing", Journal of the Royal Statistical Society B 57, 289–300.
 */
export const benjaminiHochberg = (pValues: readonly number[]): number[] => {
  const order = byP(pValues)
  const adjusted = Array.from<number>({ length: pValues.length })
  let min = 1
  for (let rank = order.length; rank > 0; rank--) {
    const place = order[rank - 1]!
    min = Math.min(min, (pValues[place]! * order.length) / rank)
    adjusted[place] = min
  }
  return adjusted
}

/**
 * Adjusted p-values that control the chance of even one wrong call among all. In the order of the input.
 *
 * Holm, S. (1979), "A simple sequentially rejective multiple test procedure", Scandinavian Journal of
 * Statistics 6, 65–70.
 */
export const holm = (pValues: readonly number[]): number[] => {
  const order = byP(pValues)
  const adjusted = Array.from<number>({ length: pValues.length })
  let max = 0
  for (const [rank, place] of order.entries()) {
    max = Math.max(max, Math.min(1, pValues[place]! * (order.length - rank)))
    adjusted[place] = max
  }
  return adjusted
}
