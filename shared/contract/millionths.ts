/** This close to a half, a product in floating point may lie on the wrong side of it. */
const nearHalf = 1e-6

/** `score × 1,000,000` as the nearest number to the product of the decimals that the producer wrote. */
const scaleDecimals = (score: number): number => {
  const [digits, exponent = '0'] = String(score).split('e')
  return Number(`${digits}e${Number(exponent) + 6}`)
}

/**
 * A score of 0…1 in millionths, rounded half up in decimal, as one would by hand: 0.1234565 is 123457, though
 * 0.1234565 × 1,000,000 in floating point is less than 123456.5.
 */
export const toMillionths = (score: number): number => {
  const scaled = score * 1_000_000
  const whole = Math.floor(scaled) + 0 // never -0
  const rest = scaled - whole
  if (Math.abs(rest - 0.5) < nearHalf) return Math.floor(scaleDecimals(score) + 0.5)
  return rest < 0.5 ? whole : whole + 1
}
