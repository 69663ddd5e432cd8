const highSurrogate = /[\ud800-\udbff]/

/**
 * How many characters a text has: Unicode code points, as the documents, JSON Schema and Postgres count. An emoji
 * is one, though JavaScript's `length` says two.
 */
const countCharacters = (text: string): number => {
  if (!highSurrogate.test(text)) return text.length
  let count = 0
  for (const _ of text) count++
  return count
}

/** Whether a text has at most so many characters. It is counted only if its length leaves that open. */
export const hasAtMost = (text: string, max: number): boolean =>
  text.length <= max || (text.length <= 2 * max && countCharacters(text) <= max)
