import fc from 'fast-check'
import { expect, it } from 'vitest'
import { orderKey } from './orderKey.ts'

const number = fc.double({ noNaN: true })

const compare = (a: readonly number[], b: readonly number[]): number => {
  for (const [i, value] of a.entries()) {
    if (value < b[i]!) return -1
    if (value > b[i]!) return 1
  }
  return 0
}

it('sorts as the numbers do', () => {
  fc.assert(
    fc.property(fc.tuple(number, number, number), fc.tuple(number, number, number), (a, b) => {
      const [first, second] = [orderKey(a), orderKey(b)]
      expect(first < second ? -1 : first > second ? 1 : 0).toBe(compare(a, b))
    }),
  )
})

it('puts negative before positive, and 0 where both zeros are', () => {
  const numbers = [-Infinity, -1e300, -1, -1e-300, 0, 1e-300, 1, Number.MAX_VALUE, Infinity]
  const keys = numbers.map((value) => orderKey([value]))
  expect(keys.toSorted()).toEqual(keys)
  expect(orderKey([-0])).toBe(orderKey([0]))
})
