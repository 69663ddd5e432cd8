import { expect, test } from 'vitest'
import { describeError } from './describeError.ts'

test.each([
  [new Error('a'), 'a'],
  [new Error('a', { cause: new Error('b', { cause: new Error('c') }) }), 'a: b: c'],
  [new Error('cannot: b', { cause: new Error('b') }), 'cannot: b'],
  [new Error('first\n  second\r\nthird'), 'first second third'],
  [new AggregateError([new Error('refused 1'), new Error('refused 2')]), 'refused 1, refused 2'],
  [new TypeError(''), 'TypeError'],
  ['text', 'text'],
])('%j is described in one line as %j', (error, expected) => {
  expect(describeError(error)).toBe(expected)
})
