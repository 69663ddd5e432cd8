import { InvalidArgumentError } from 'commander'

/** A parser of whole numbers in a range. Its errors are InvalidArgumentErrors. */
export const wholeNumber =
  (min: number, max = Number.MAX_SAFE_INTEGER) =>
  (text: string): number => {
    const value = Number(text)
    if (/^\d+$/.test(text) && value >= min && value <= max) return value
    const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`
    throw new InvalidArgumentError(`It must be a whole number ${range}.`)
  }

/** A number above zero. @throws InvalidArgumentError */
export const positiveNumber = (text: string): number => {
  const value = Number(text)
  if (/^\d+(\.\d+)?$/.test(text) && value > 0) return value
  throw new InvalidArgumentError('It must be a number above 0.')
}
