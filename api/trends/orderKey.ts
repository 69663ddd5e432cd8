/**
 * Numbers as a text that sorts as they do, the first counting most: what a list of several criteria is
 * ordered by, and what its cursor carries. By the bits of IEEE 754, which are in order but for the signs.
 */
export const orderKey = (numbers: readonly number[]): string => {
  const bytes = Buffer.allocUnsafe(numbers.length * 8)
  for (const [i, number] of numbers.entries()) {
    // −0 is 0, whose bits differ.
    bytes.writeDoubleBE(number + 0, i * 8)
    const isNegative = (bytes[i * 8]! & 0x80) !== 0
    if (isNegative) for (let at = i * 8; at < i * 8 + 8; at++) bytes[at] = ~bytes[at]!
    else bytes[i * 8]! |= 0x80
  }
  return bytes.toString('hex')
}
