import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hasAtMost } from './characters.ts'

describe('a text has at most so many characters', () => {
  it.each([
    ['', 0, true],
    ['a', 0, false],
    ['é'.repeat(200), 200, true],
    ['é'.repeat(201), 200, false],
    ['😀'.repeat(200), 200, true],
    ['😀'.repeat(201), 200, false],
    [`${'a'.repeat(199)}😀`, 200, true],
    [`${'a'.repeat(200)}😀`, 200, false],
    // A family of three is five code points: three emoji, and two joiners.
    ['👨‍👩‍👧', 5, true],
    ['👨‍👩‍👧', 4, false],
    ['half a pair \ud83d', 13, true],
    ['half a pair \ud83d', 12, false],
  ])('%j within %i: %s', (text, max, expected) => {
    expect(hasAtMost(text, max)).toBe(expected)
  })

  it('as many as a string gives when it is taken apart', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', 'é', '😀', '\ud83d', '\ude00') }),
        fc.nat(30),
        (text, max) => {
          expect(hasAtMost(text, max)).toBe(Array.from(text).length <= max)
        },
      ),
    )
  })
})
