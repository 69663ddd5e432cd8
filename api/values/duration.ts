import { sub } from 'date-fns/sub'
import { UTCDate } from '@date-fns/utc'
import { windowMs } from '@patterns/projections/window.ts'

/** `90m`, `24h`, `14d`, `2w`: as the commands take them. */
const short = /^([1-9]\d{0,5})([mhdw])$/
const unitMs: Readonly<Record<string, number>> = {
  m: 60_000,
  h: windowMs.hour,
  d: windowMs.day,
  w: windowMs.week,
}

const iso8601 =
  /^P(?=\d|T\d)(?:(\d{1,4})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,5})D)?(?:T(?=\d)(?:(\d{1,6})H)?(?:(\d{1,7})M)?(?:(\d{1,8})S)?)?$/

/** Whether a text is a `time_range`: a number with a unit, or an ISO 8601 duration in whole numbers. */
export const isDuration = (text: string): boolean => short.test(text) || iso8601.test(text)

/** What `isDuration` requires, for the message to a caller who sent something else. */
export const durationRule =
  'must be a number of minutes, hours, days or weeks such as 90m, 24h, 14d or 2w, or an ISO 8601 duration in whole numbers'

/**
 * The instant a duration before `end`, epoch milliseconds. Years and months are those of the calendar in
 * UTC; all else has one length.
 */
export const before = (end: number, duration: string): number => {
  const counted = short.exec(duration)
  if (counted !== null) return end - Number(counted[1]) * unitMs[counted[2]!]!
  const [years, months, weeks, days, hours, minutes, seconds] = iso8601
    .exec(duration)!
    .slice(1)
    .map((digits) => Number(digits ?? 0))
  const units = { years: years!, months: months!, weeks: weeks!, days: days! }
  return sub(new UTCDate(end), { ...units, hours: hours!, minutes: minutes!, seconds: seconds! }).getTime()
}
