/** The bytes of a value in compact JSON that are its own: for an array or object, without what is in it. */
const ownBytes = (value: unknown): number => {
  if (typeof value === 'string') return Buffer.byteLength(JSON.stringify(value))
  if (typeof value !== 'object' || value === null) return JSON.stringify(value).length
  if (Array.isArray(value)) return 2 + Math.max(0, value.length - 1)
  const names = Object.keys(value)
  return names.reduce((sum, name) => sum + ownBytes(name) + 1, 2 + Math.max(0, names.length - 1))
}

/**
 * Compact JSON is at most this many times as long as what was parsed: `1e20,` is 5 bytes, its plain digits
 * and comma are 22.
 */
export const maxGrowth = 5

/**
 * The size of a parsed JSON value in compact JSON, in bytes of UTF-8. `JSON.stringify` of the whole would
 * recurse, and some thousand brackets in a row, which `JSON.parse` takes, overflow the stack.
 */
export const jsonBytes = (value: unknown): number => {
  let bytes = 0
  const rest = [value]
  while (rest.length > 0) {
    const next = rest.pop()
    bytes += ownBytes(next)
    if (typeof next === 'object' && next !== null) for (const inner of Object.values(next)) rest.push(inner)
  }
  return bytes
}
