import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isSameJson } from './isSameJson.ts'
import { parseExactly } from './parseExactly.ts'

describe('parsing without rounding', () => {
  it.each([
    ['1.10', '1.1'],
    ['100', '1e2'],
    ['0.00012', '1.2E-4'],
    ['-0', '0.00'],
    ['0e999999999999999999', '0'],
    ['90071992547409930', '9.007199254740993e16'],
    ['9007199254740993', '9007199254740993.0'],
    ['1e400', '10e399'],
    ['1e-400', '0.1e-399'],
  ])('%s and %s are one number', (one, other) => {
    expect(isSameJson(parseExactly(one), parseExactly(other))).toBe(true)
  })

  it.each([
    ['9007199254740993', '9007199254740992'],
    ['0.1', '0.1000000000000000055'],
    ['1e400', '1e401'],
    ['1e400', '-1e400'],
    ['1e-400', '0'],
    ['12', '1.2'],
    ['1', '-1'],
  ])('%s and %s are two', (one, other) => {
    expect(isSameJson(parseExactly(one), parseExactly(other))).toBe(false)
  })

  it('leaves texts alone, whatever digits, quotes and backslashes are in them', () => {
    const text = String.raw`{"a 1e400":"9007199254740993 \" 1e400 \\","\\\"":["1e400"]}`
    expect(parseExactly(text)).toEqual(JSON.parse(text))
  })

  it('parses what a double holds as JSON.parse does', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value)
        expect(parseExactly(text)).toEqual(JSON.parse(text))
      }),
    )
  })

  it('takes a text and a depth as great as a message can have', () => {
    const deep = `${'['.repeat(100_000)}1e400${']'.repeat(100_000)}`
    expect(JSON.stringify(parseExactly(`["${String.raw`\"x`.repeat(60_000)}"]`))).toHaveLength(180_004)
    expect(() => parseExactly(deep)).not.toThrow()
  })
})
