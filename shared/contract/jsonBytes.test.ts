import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { jsonBytes } from './jsonBytes.ts'

describe('the size of a JSON value', () => {
  it('is that of its compact JSON in UTF-8', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(jsonBytes(value)).toBe(Buffer.byteLength(JSON.stringify(value)))
      }),
      { numRuns: 1_000 },
    )
  })

  it('counts a field with the name __proto__, and a number too large for JSON as null', () => {
    const value: unknown = JSON.parse('{"__proto__": [1, "é"], "a": 1e999}')
    expect(jsonBytes(value)).toBe(Buffer.byteLength('{"__proto__":[1,"é"],"a":null}'))
  })

  it('is known for any depth that JSON can be parsed at', () => {
    const depth = 120_000
    expect(jsonBytes(JSON.parse('['.repeat(depth) + ']'.repeat(depth)))).toBe(2 * depth)
  })
})
