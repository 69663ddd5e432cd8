/** RFC 3339 section 5.6, `date-time`: a date, a time and an offset, which may not be left out. */
const dateTime =
  /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/

/** 400 years later the calendar is the same, and Date.UTC does not take the year for one of the 1900s. */
const daysInMonth = (year: number, month: number): number =>
  new Date(Date.UTC(year + 400, month, 0)).getUTCDate()

const zero = 48
/** The two digits at `at` as a number; NaN-free only if both are digits, which the caller has checked. */
const twoDigits = (text: string, at: number): number =>
  (text.charCodeAt(at) - zero) * 10 + text.charCodeAt(at + 1) - zero

const isDigits = (text: string, from: number, to: number): boolean => {
  for (let i = from; i < to; i++) {
    const digit = text.charCodeAt(i) - zero
    if (digit < 0 || digit > 9) return false
  }
  return true
}

/**
 * The hours of a day repeat in every event, so their starts are remembered: `2026-01-02T03` → epoch
 * milliseconds. Small, since a stream is about few hours at a time, and emptied when it grows.
 */
const hourStarts = new Map<string, number>()
const maxHourStarts = 10_000

/** Reads `2026-01-02T03:04:05.678Z`, the form that nearly all producers write, without a regular expression. */
const readUsualForm = (text: string): number | undefined => {
  const isUsual =
    text.length === 24 && text[23] === 'Z' && text[13] === ':' && text[16] === ':' && text[19] === '.'
  if (!isUsual) return undefined
  const hour = hourStarts.get(text.slice(0, 13))
  if (hour === undefined) return undefined
  if (!isDigits(text, 14, 16) || !isDigits(text, 17, 19) || !isDigits(text, 20, 23)) return undefined
  const minutes = twoDigits(text, 14)
  const seconds = twoDigits(text, 17)
  if (minutes > 59 || seconds > 59) return undefined
  const milliseconds = twoDigits(text, 20) * 10 + text.charCodeAt(22) - zero
  return hour + minutes * 60_000 + seconds * 1_000 + milliseconds
}

const minuteMs = 60_000
const dayMs = 86_400_000

/**
 * Epoch milliseconds of text in the form of an RFC 3339 time; what is finer than a millisecond is cut off. `undefined`
 * if it is none. A second 60 is the last instant of its minute, so that it stays in its hour and day. Reads
 * somewhat more than may come in (`timeFault`), since the log has times from before that was asked.
 */
export const readTime = (text: unknown): number | undefined => {
  if (typeof text !== 'string') return undefined
  const usual = readUsualForm(text)
  if (usual !== undefined) return usual
  const match = dateTime.exec(text)
  if (match === null) return undefined
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const offsetHours = Number(match[9] ?? 0)
  const offsetMinutes = Number(match[10] ?? 0)
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined
  if (hour > 23 || minute > 59 || second > 60 || offsetHours > 23 || offsetMinutes > 59) return undefined
  const milliseconds = Number((match[7] ?? '').padEnd(3, '0').slice(0, 3))
  const offset = (match[8] === '-' ? -1 : 1) * (offsetHours * 60 + offsetMinutes)
  const utc = new Date(0)
  // Not Date.UTC, which takes the years 0 to 99 for 1900 to 1999.
  utc.setUTCFullYear(year, month - 1, day)
  utc.setUTCHours(hour, minute - offset)
  const time = utc.getTime() + (second === 60 ? minuteMs - 1 : second * 1_000 + milliseconds)
  if (text.endsWith('Z') && text[10] === 'T') {
    if (hourStarts.size >= maxHourStarts) hourStarts.clear()
    hourStarts.set(text.slice(0, 13), utc.setUTCMinutes(0))
  }
  return time
}

const firstInstant = Date.parse('0000-01-01T00:00:00Z')
const lastInstant = Date.parse('9999-12-31T23:59:59.999Z')

/** Why a text that `readTime` reads is no time to accept all the same; `undefined` if it is one. */
export const timeFault = (text: string, time: number): string | undefined => {
  // RFC 3339, section 5.7 and appendix D: a leap second is the last of a day in UTC, whatever the offset.
  if (text.slice(17, 19) === '60' && (time + 1) % dayMs !== 0)
    return 'has a second 60 that is no leap second: those are at 23:59:60 UTC'
  // ISO 8601 has no sign for them without an agreement, nor RFC 3339.
  if (time < firstInstant) return 'is before the year 0000 in UTC'
  return time > lastInstant ? 'is after the year 9999 in UTC' : undefined
}

/** Epoch milliseconds of an RFC 3339 time, what is finer than a millisecond cut off; `undefined` if it is none. */
export const readRfc3339 = (text: string): number | undefined => {
  const time = readTime(text)
  return time === undefined || timeFault(text, time) !== undefined ? undefined : time
}
