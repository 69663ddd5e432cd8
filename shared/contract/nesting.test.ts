import { describe, expect, it } from 'vitest'
import { isNestedDeeper } from './nesting.ts'

const nested = (depth: number): unknown => JSON.parse('['.repeat(depth) + ']'.repeat(depth))

describe('a value is nested deeper than so many', () => {
  it.each<[string, unknown, number, boolean]>([
    ['a number in none', 7, 0, false],
    ['null in none', null, 0, false],
    ['an empty list in none', [], 0, true],
    ['an empty list in one', [], 1, false],
    ['a list in an object in one', { a: [] }, 1, true],
    ['a list in an object in two', { a: [], b: 1 }, 2, false],
    ['64 lists in 64', nested(64), 64, false],
    ['65 lists in 64', nested(65), 64, true],
    ['a hundred thousand lists in 64', nested(100_000), 64, true],
  ])('%s', (_what, value, max, expected) => {
    expect(isNestedDeeper(value, max)).toBe(expected)
  })
})
