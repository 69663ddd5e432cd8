/** How deep arrays and objects may lie in one another in a field: what recurses over an event must not overflow. */
export const maxNesting = 64

/** Whether arrays and objects lie deeper in one another than so many. It looks no deeper, so any depth can be asked of. */
export const isNestedDeeper = (value: unknown, max: number): boolean => {
  if (typeof value !== 'object' || value === null) return false
  if (max === 0) return true
  for (const inner of Object.values(value)) if (isNestedDeeper(inner, max - 1)) return true
  return false
}
