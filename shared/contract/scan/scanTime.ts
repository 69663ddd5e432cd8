const zero = 0x30
const dash = 0x2d
const letterT = 0x54
const letterZ = 0x5a
const colon = 0x3a
const dot = 0x2e

/** What is not two digits becomes greater than any number that two digits can be. */
const notDigits = 1_000_000

const twoDigits = (bytes: Uint8Array, at: number): number => {
  const tens = bytes[at]! - zero
  const ones = bytes[at + 1]! - zero
  return tens < 0 || tens > 9 || ones < 0 || ones > 9 ? notDigits : tens * 10 + ones
}

/** Leap days are left to the general reader. */
const daysOfMonth = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** The day of the last time read, since events of one day come together: its ten bytes as numbers, and its start. */
let lastYear = 0
let lastMonthDay = 0
let lastMidnight = Number.NaN

const midnightOf = (year: number, month: number, day: number): number => {
  const monthDay = month * 100 + day
  if (year === lastYear && monthDay === lastMonthDay) return lastMidnight
  if (year < 1_000 || year > 9_999 || month < 1 || month > 12 || day < 1 || day > daysOfMonth[month - 1]!) {
    return Number.NaN
  }
  lastYear = year
  lastMonthDay = monthDay
  lastMidnight = Date.UTC(year, month - 1, day)
  return lastMidnight
}

/** Epoch milliseconds of `2026-01-02T03:04:05.678Z` in `[start, end)`; NaN for any other form, valid or not. */
export const scanTime = (bytes: Uint8Array, start: number, end: number): number => {
  const hasForm =
    end - start === 24 &&
    bytes[start + 4] === dash &&
    bytes[start + 7] === dash &&
    bytes[start + 10] === letterT &&
    bytes[start + 13] === colon &&
    bytes[start + 16] === colon &&
    bytes[start + 19] === dot &&
    bytes[start + 23] === letterZ
  if (!hasForm) return Number.NaN
  const year = twoDigits(bytes, start) * 100 + twoDigits(bytes, start + 2)
  const hour = twoDigits(bytes, start + 11)
  const minute = twoDigits(bytes, start + 14)
  const second = twoDigits(bytes, start + 17)
  const hundredths = twoDigits(bytes, start + 20)
  const lastDigit = bytes[start + 22]! - zero
  if (hour > 23 || minute > 59 || second > 59 || hundredths > 99 || lastDigit < 0 || lastDigit > 9) {
    return Number.NaN
  }
  return (
    midnightOf(year, twoDigits(bytes, start + 5), twoDigits(bytes, start + 8)) +
    ((hour * 60 + minute) * 60 + second) * 1_000 +
    hundredths * 10 +
    lastDigit
  )
}
