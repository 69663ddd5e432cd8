type Fields = Readonly<Record<string, unknown>>

/** The values inside two arrays or objects that are alike but for those, in pairs; `undefined` if they are not. */
const pairInside = (a: object, b: object): [unknown, unknown][] | undefined => {
  const names = Object.keys(a)
  const isAlike = Array.isArray(a) === Array.isArray(b) && names.length === Object.keys(b).length
  if (!isAlike || !names.every((name) => Object.hasOwn(b, name))) return undefined
  return names.map((name) => [(a as Fields)[name], (b as Fields)[name]])
}

const isNested = (value: unknown): value is object => typeof value === 'object' && value !== null

/**
 * Whether two parsed JSON values say the same, whatever the order of their fields. Without recursion: some
 * thousand brackets in a row, which `JSON.parse` takes, would overflow the stack.
 */
export const isSameJson = (a: unknown, b: unknown): boolean => {
  const rest: [unknown, unknown][] = [[a, b]]
  for (let pair = rest.pop(); pair !== undefined; pair = rest.pop()) {
    const [one, other] = pair
    if (one === other) continue
    const inside = isNested(one) && isNested(other) ? pairInside(one, other) : undefined
    if (inside === undefined) return false
    for (const inner of inside) rest.push(inner)
  }
  return true
}
