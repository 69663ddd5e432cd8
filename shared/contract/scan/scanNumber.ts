const zero = 0x30
const dot = 0x2e

/**
 * The number in `[start, end)` of valid JSON if it is 0…1 and written with up to 15 decimals: then the
 * quotient of two exact integers, so correctly rounded, as JSON.parse rounds. NaN for any other.
 */
export const scanUnit = (bytes: Uint8Array, start: number, end: number): number => {
  const whole = bytes[start]! - zero
  if (end === start + 1) return whole <= 1 ? whole : Number.NaN
  if (bytes[start + 1] !== dot || end > start + 17) return Number.NaN
  let decimals = 0
  let scale = 1
  for (let i = start + 2; i < end; i++) {
    const digit = bytes[i]! - zero
    if (digit > 9) return Number.NaN
    decimals = decimals * 10 + digit
    scale *= 10
  }
  const value = whole + decimals / scale
  return whole === 0 || value === 1 ? value : Number.NaN
}

/** The number in `[start, end)` of valid JSON if it is of up to nine digits and nothing else. NaN for any other. */
export const scanNatural = (bytes: Uint8Array, start: number, end: number): number => {
  if (end > start + 9) return Number.NaN
  let value = 0
  for (let i = start; i < end; i++) {
    const digit = bytes[i]! - zero
    if (digit < 0 || digit > 9) return Number.NaN
    value = value * 10 + digit
  }
  return value
}
