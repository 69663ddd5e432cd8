/** Each text and each number of a JSON text; texts are taken whole, so that digits in them are no numbers. */
const textsAndNumbers = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g
const numberParts = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/

/** A number in the one form that it shares with all numbers of its decimal value: digits without zeros around them, and an exponent. */
const decimalOf = (number: string): string => {
  const [, sign, whole, fraction = '', exponent = '0'] = numberParts.exec(number)!
  const digits = `${whole}${fraction}`.replace(/^0+/, '')
  const significant = digits.replace(/0+$/, '')
  if (significant === '') return '0'
  const power = BigInt(exponent) - BigInt(fraction.length) + BigInt(digits.length - significant.length)
  return `${sign}${significant}e${power}`
}

/** A number that a double holds stays one; of any other stands the decimal value. */
const keepValue = (token: string): string => {
  if (token.startsWith('"')) return token
  const double = Number(token)
  const decimal = decimalOf(token)
  return Number.isFinite(double) && decimalOf(String(double)) === decimal ? token : `"${decimal}"`
}

/**
 * What a valid JSON text says, with each number that JSON.parse would round as the text of its decimal value: 1.10 is
 * 1.1, and 9007199254740993 is not …992.
 */
export const parseExactly = (json: string): unknown => JSON.parse(json.replace(textsAndNumbers, keepValue))
