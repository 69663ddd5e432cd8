import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readRfc3339, readTime, timeFault } from './rfc3339.ts'

const utc = (year: number, ...rest: number[]): number => {
  const [month = 1, day = 1, hour = 0, minute = 0, second = 0, millisecond = 0] = rest
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  return date.setUTCHours(hour, minute, second, millisecond)
}

const written = (value: number, width: number): string => String(value).padStart(width, '0')

describe('an RFC 3339 time', () => {
  it.each([
    ['2026-01-02T03:04:05Z', utc(2026, 1, 2, 3, 4, 5)],
    ['2026-01-02T03:04:05.678Z', utc(2026, 1, 2, 3, 4, 5, 678)],
    ['2026-01-02t03:04:05z', utc(2026, 1, 2, 3, 4, 5)],
    ['2026-01-02 03:04:05Z', utc(2026, 1, 2, 3, 4, 5)],
    ['2026-01-02T03:04:05+00:00', utc(2026, 1, 2, 3, 4, 5)],
    ['2026-01-02T03:04:05-00:00', utc(2026, 1, 2, 3, 4, 5)],
    ['2026-01-02T03:04:05+05:45', utc(2026, 1, 1, 21, 19, 5)],
    ['2026-01-02T03:04:05.5-23:59', utc(2026, 1, 3, 3, 3, 5, 500)],
    ['2026-01-01T00:30:00+01:00', utc(2025, 12, 31, 23, 30)],
    ['2024-02-29T00:00:00Z', utc(2024, 2, 29)],
    ['2000-02-29T00:00:00Z', utc(2000, 2, 29)],
    ['1969-12-31T23:59:59.999Z', -1],
    ['0001-01-01T00:00:00Z', utc(1)],
    ['0099-12-31T23:59:59Z', utc(99, 12, 31, 23, 59, 59)],
    ['0000-02-29T12:00:00Z', utc(0, 2, 29, 12)],
    ['9999-12-31T23:59:59.999Z', utc(9999, 12, 31, 23, 59, 59, 999)],
    ['9999-12-31T23:59:59+00:01', utc(9999, 12, 31, 23, 58, 59)],
  ])('%s is read', (text, expected) => {
    expect(readRfc3339(text)).toBe(expected)
  })

  it.each([
    ['2026-01-02T03:04:05', 'no offset'],
    ['2026-01-02', 'no time'],
    ['2026-01-02T03:04Z', 'no seconds'],
    ['2026-01-02T03:04:05.Z', 'a dot without a fraction'],
    ['2026-01-02T03:04:05,5Z', 'a comma'],
    ['2026-01-02T03:04:05+0100', 'an offset without a colon'],
    ['2026-01-02T03:04:05+01', 'an offset without minutes'],
    ['2026-01-02T03:04:05+24:00', 'an offset of a day'],
    ['2026-01-02T03:04:05+01:60', 'an offset of sixty minutes'],
    ['2026-00-02T03:04:05Z', 'month 0'],
    ['2026-13-02T03:04:05Z', 'month 13'],
    ['2026-01-00T03:04:05Z', 'day 0'],
    ['2026-01-32T03:04:05Z', 'day 32'],
    ['2026-02-29T03:04:05Z', 'a leap day of a common year'],
    ['1900-02-29T03:04:05Z', 'a leap day of a century'],
    ['2026-04-31T03:04:05Z', 'day 31 of April'],
    ['2026-01-02T24:00:00Z', 'hour 24'],
    ['2026-01-02T03:60:05Z', 'minute 60'],
    ['2026-01-02T03:04:61Z', 'second 61'],
    ['+002026-01-02T03:04:05Z', 'a year of six digits'],
    ['-0001-01-02T03:04:05Z', 'a year before 0'],
    [' 2026-01-02T03:04:05Z', 'a space before'],
    ['2026-01-02T03:04:05Z\n', 'a line break after'],
    ['2026-01-02T03:04:05.678Z ', 'a space after'],
    ['２026-01-02T03:04:05.678Z', 'a wide digit'],
    ['', 'nothing'],
    ['now', 'a word'],
  ])('%j is refused: %s', (text) => {
    expect(readRfc3339(text)).toBeUndefined()
  })

  it('is text', () => {
    for (const value of [undefined, null, 0, Date.now(), new Date(), {}, ['2026-01-02T03:04:05Z']])
      expect(readTime(value)).toBeUndefined()
  })

  it('takes a leap second for the last instant of its minute, so that it stays in its day', () => {
    const last = utc(2017) - 1
    expect(readRfc3339('2016-12-31T23:59:60Z')).toBe(last)
    expect(readRfc3339('2016-12-31T23:59:60.250Z')).toBe(last)
    expect(readRfc3339('2017-01-01T08:59:60.250+09:00')).toBe(last)
    expect(readRfc3339('2016-12-31T15:59:60-08:00')).toBe(last)
  })

  it.each([
    ['2026-01-02T12:34:60Z', 'a second 60 in the middle of a day', utc(2026, 1, 2, 12, 35) - 1],
    ['2026-01-02T23:59:60+01:00', 'a second 60 that is the last of a day elsewhere', utc(2026, 1, 2, 23) - 1],
    ['0000-01-01T00:00:00+00:01', 'the year 0 minus an offset', utc(0) - 60_000],
    ['9999-12-31T23:59:59-00:01', 'the year 9999 plus an offset', utc(10_000, 1, 1, 0, 0, 59)],
  ])('%s is refused with a reason, and still read if the log has it: %s', (text, _what, time) => {
    expect(readRfc3339(text)).toBeUndefined()
    expect(readTime(text)).toBe(time)
    expect(timeFault(text, time)).toMatch(/^(has a second 60|is before the year 0000|is after the year 9999)/)
  })

  it('does not let a leap second change what later times of its hour are', () => {
    expect(readRfc3339('1990-12-31T23:59:60.000Z')).toBe(utc(1991) - 1)
    expect(readRfc3339('1990-12-31T23:10:00.000Z')).toBe(utc(1990, 12, 31, 23, 10))
    expect(readRfc3339('1990-12-31T23:59:60.000Z')).toBe(utc(1991) - 1)
  })

  it('cuts off what is finer than a millisecond, also before 1970', () => {
    expect(readRfc3339('2026-01-02T03:04:05.6789999999Z')).toBe(utc(2026, 1, 2, 3, 4, 5, 678))
    expect(readRfc3339('2026-01-02T03:04:05.0009Z')).toBe(utc(2026, 1, 2, 3, 4, 5))
    expect(readRfc3339('1969-12-31T23:59:59.9999Z')).toBe(-1)
  })

  const times = fc.date({
    noInvalidDate: true,
    min: new Date('0000-01-01T00:00:00Z'),
    max: new Date('9999-12-31T23:59:59.999Z'),
  })

  it('written by JavaScript is read back, the first time and from the hour then known', () => {
    fc.assert(
      fc.property(times, (time) => {
        const text = time.toISOString()
        expect(readRfc3339(text)).toBe(time.getTime())
        expect(readRfc3339(text)).toBe(time.getTime())
      }),
    )
  })

  it('is the same instant at any offset', () => {
    const offsets = fc.integer({ min: -23 * 60 - 59, max: 23 * 60 + 59 })
    fc.assert(
      fc.property(times, offsets, (time, offset) => {
        const local = new Date(time.getTime() + offset * 60_000)
        fc.pre(local.getUTCFullYear() >= 0 && local.getUTCFullYear() <= 9999)
        const size = Math.abs(offset)
        const suffix = `${offset < 0 ? '-' : '+'}${written(Math.floor(size / 60), 2)}:${written(size % 60, 2)}`
        expect(readRfc3339(local.toISOString().replace('Z', suffix))).toBe(time.getTime())
      }),
    )
  })

  it('in the usual form is read as in any other, with valid and invalid fields alike', () => {
    const field = (min: number, max: number) => fc.integer({ min, max })
    const clock = fc.tuple(field(0, 25), field(0, 62), field(0, 62), field(0, 999))
    fc.assert(
      fc.property(fc.tuple(field(0, 13), field(0, 33)), clock, ([month, day], [h, m, s, ms]) => {
        const date = `2023-${written(month, 2)}-${written(day, 2)}`
        const text = `${date}T${written(h, 2)}:${written(m, 2)}:${written(s, 2)}.${written(ms, 3)}`
        // The hour becomes known first, so that the usual form takes the short way.
        readRfc3339(`${date}T${written(h, 2)}:00:00.000Z`)
        const general = readRfc3339(`${text}0+00:00`)
        expect(readRfc3339(`${text}Z`)).toBe(general)
        expect(readRfc3339(`${text}Z`)).toBe(general)
      }),
      { numRuns: 1_000 },
    )
  })

  it('with one character changed is what the general form makes of it', () => {
    const text = '2026-07-08T09:10:11.121Z'
    const change = fc.tuple(
      fc.nat({ max: text.length - 1 }),
      fc.constantFrom('0', '5', '9', ':', '.', '-', 'T', 'Z', 't', 'z', '/', ';', ' ', '+', 'é', '\0'),
    )
    fc.assert(
      fc.property(change, ([at, character]) => {
        readRfc3339(text)
        const changed = text.slice(0, at) + character + text.slice(at + 1)
        // With a fourth decimal it is not the usual form; if that is not valid, neither is the other.
        const general = readRfc3339(changed.replace(/(\d)([Zz])$/, '$10$2'))
        expect(readRfc3339(changed)).toBe(
          changed.endsWith('Z') || changed.endsWith('z') ? general : undefined,
        )
      }),
      { numRuns: 500 },
    )
  })

  it('is read right however many hours were seen', () => {
    const hours = Array.from({ length: 25_000 }, (_, hour) => utc(1950) + hour * 3_600_000 + 1)
    const misread = hours.filter((time) => {
      const text = new Date(time).toISOString()
      return readRfc3339(text) !== time || readRfc3339(text) !== time
    })
    expect(misread).toEqual([])
  })
})
