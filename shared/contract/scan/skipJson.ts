/**
 * Steps over JSON values in bytes without making anything of them. Each function takes the index where
 * something begins and answers the index after it, or `bail`: not valid, or not in the plain form
 * (ASCII without escapes, at most one space after a colon or comma) that this reader is for.
 */
export const bail = -1

const quote = 0x22
const backslash = 0x5c
const space = 0x20
const comma = 0x2c
const minus = 0x2d
const plus = 0x2b
const dot = 0x2e
const zero = 0x30
const nine = 0x39
const colon = 0x3a
const openBracket = 0x5b
const closeBracket = 0x5d
const openBrace = 0x7b
const closeBrace = 0x7d
const letterE = 0x65
const toLowerCase = 0x20

/** Deeper nesting is left to JSON.parse. */
const maxDepth = 16

/** Steps over a string; `at` is its opening quote. */
export const skipString = (bytes: Uint8Array, at: number): number => {
  if (bytes[at] !== quote) return bail
  for (let i = at + 1; i < bytes.length; i++) {
    const byte = bytes[i]!
    if (byte === quote) return i + 1
    if (byte < space || byte > 0x7e || byte === backslash) return bail
  }
  return bail
}

/** Steps over the one space that some serializers write after a colon or a comma. */
export const skipSpace = (bytes: Uint8Array, at: number): number => (bytes[at] === space ? at + 1 : at)

const skipDigits = (bytes: Uint8Array, at: number): number => {
  let i = at
  while (i < bytes.length && bytes[i]! >= zero && bytes[i]! <= nine) i++
  return i === at ? bail : i
}

/** Steps over a number (RFC 8259, section 6). */
export const skipNumber = (bytes: Uint8Array, at: number): number => {
  let i = bytes[at] === minus ? at + 1 : at
  i = bytes[i] === zero ? i + 1 : skipDigits(bytes, i)
  if (i !== bail && bytes[i] === dot) i = skipDigits(bytes, i + 1)
  if (i === bail || i >= bytes.length || (bytes[i]! | toLowerCase) !== letterE) return i
  const sign = bytes[i + 1]
  return skipDigits(bytes, sign === minus || sign === plus ? i + 2 : i + 1)
}

/** Whether the bytes of a word stand at `at`. */
export const startsWith = (bytes: Uint8Array, at: number, word: Uint8Array): boolean => {
  if (at + word.length > bytes.length) return false
  for (let i = 0; i < word.length; i++) if (bytes[at + i] !== word[i]) return false
  return true
}

const literals = ['true', 'false', 'null'].map((text) => Buffer.from(text))

const skipLiteral = (bytes: Uint8Array, at: number): number => {
  const literal = literals.find((word) => startsWith(bytes, at, word))
  return literal === undefined ? bail : at + literal.length
}

/** Steps over an array or object whose opening bracket is at `at`. */
const skipNested = (bytes: Uint8Array, at: number, close: number, depth: number): number => {
  if (depth > maxDepth) return bail
  if (bytes[at + 1] === close) return at + 2
  for (let i = at; ;) {
    i = skipSpace(bytes, i + 1)
    if (close === closeBrace) {
      i = skipString(bytes, i)
      if (i === bail || bytes[i] !== colon) return bail
      i = skipSpace(bytes, i + 1)
    }
    i = skipValue(bytes, i, depth)
    if (i === bail) return bail
    if (bytes[i] === close) return i + 1
    if (bytes[i] !== comma) return bail
  }
}

/** Steps over any value. */
export const skipValue = (bytes: Uint8Array, at: number, depth = 0): number => {
  const first = bytes[at]
  if (first === quote) return skipString(bytes, at)
  if (first === openBrace) return skipNested(bytes, at, closeBrace, depth + 1)
  if (first === openBracket) return skipNested(bytes, at, closeBracket, depth + 1)
  const number = skipNumber(bytes, at)
  return number === bail ? skipLiteral(bytes, at) : number
}
