/** How deep arrays and objects may lie in one another in a field: what recurses over an event must not overflow. */
export const mostNesting = 64

/** Whether arrays and objects lie deeper in one another than so many. Level by level, so any depth can be asked of. */
export const isNestedDeeper = (value: unknown, most: number): boolean => {
  let level: readonly unknown[] = [value]
  for (let depth = 0; depth <= most; depth++) {
    const nested = level.filter((one) => typeof one === 'object' && one !== null)
    if (nested.length === 0) return false
    level = nested.flatMap((one) => Object.values(one))
  }
  return true
}
