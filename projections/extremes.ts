/** The lesser of two values, where `null` is "none yet". */
export const minOf = (a: number | null, b: number | null): number | null => {
  if (a === null) return b
  return b === null || a <= b ? a : b
}

/** The greater of two values, where `null` is "none yet". */
export const maxOf = (a: number | null, b: number | null): number | null => {
  if (a === null) return b
  return b === null || a >= b ? a : b
}
