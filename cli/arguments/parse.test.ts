import { InvalidArgumentError } from 'commander'
import { describe, expect, test } from 'vitest'
import { positiveNumber, wholeNumber } from './parseNumber.ts'
import { parsePlace } from './parsePlace.ts'
import { parseTime } from './parseTime.ts'
import { parseUuid } from './parseUuid.ts'

const now = Date.UTC(2026, 4, 10, 12)

describe('a time', () => {
  test.each([
    ['2026-01-31T08:00:00Z', Date.UTC(2026, 0, 31, 8)],
    ['2026-01-31T08:00:00.250+02:00', Date.UTC(2026, 0, 31, 6, 0, 0, 250)],
    ['2026-01-31', Date.UTC(2026, 0, 31)],
    ['90m', now - 5_400_000],
    ['24h', now - 86_400_000],
    ['7d', now - 7 * 86_400_000],
    ['2w', now - 14 * 86_400_000],
  ])('%s is understood', (text, time) => expect(parseTime(text, now)).toBe(time))

  test.each(['', 'yesterday', '2026-02-30', '2026-01-31T08:00', '24', '-1h', '7y', '1e3h'])(
    '%j is refused',
    (text) => {
      expect(() => parseTime(text, now)).toThrow(InvalidArgumentError)
    },
  )
})

describe('a number', () => {
  test('within its range is understood', () => {
    expect(wholeNumber(0, 10)('10')).toBe(10)
    expect(positiveNumber('0.5')).toBe(0.5)
  })

  test.each(['', '-1', '11', '1.5', '0x1', '1e1', 'NaN', ' 1'])(
    '%j is no whole number from 0 to 10',
    (text) => {
      expect(() => wholeNumber(0, 10)(text)).toThrow(InvalidArgumentError)
    },
  )

  test.each(['', '0', '-1', '.', 'Infinity', '1e3'])('%j is no number above 0', (text) => {
    expect(() => positiveNumber(text)).toThrow(InvalidArgumentError)
  })
})

describe('a place', () => {
  test('is a shard and an offset', () =>
    expect(parsePlace('2:1057')).toEqual({ shard: 2, sourceOffset: 1057 }))

  test.each(['', '2', '2:', ':7', '2:x', '-1:7', '2:7:1', '2:99999999999999999999'])('%j is none', (text) => {
    expect(() => parsePlace(text)).toThrow(InvalidArgumentError)
  })
})

describe('a UUID', () => {
  test('is read in lower case', () => {
    expect(parseUuid('019B76DA-A800-7AA8-A644-DB89D2718D0E')).toBe('019b76da-a800-7aa8-a644-db89d2718d0e')
  })

  test.each(['', 'abc', '019b76da-a800-7aa8-a644'])('%j is none', (text) => {
    expect(() => parseUuid(text)).toThrow(InvalidArgumentError)
  })
})
