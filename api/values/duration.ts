import { sub } from 'date-fns/sub'
import { UTCDate } from '@date-fns/utc'

/** The short names that `time_range` may have, as ISO 8601 durations. */
export const namedRanges = {
  '1h': 'PT1H',
  '24h': 'PT24H',
  '1d': 'P1D',
  '7d': 'P7D',
  '30d': 'P30D',
  '90d': 'P90D',
} as const

const iso8601 =
  /^P(?=\d|T\d)(?:(\d{1,4})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,5})D)?(?:T(?=\d)(?:(\d{1,6})H)?(?:(\d{1,7})M)?(?:(\d{1,8})S)?)?$/

/** Whether a text is a `time_range`: a short name, or an ISO 8601 duration in whole numbers. */
export const isDuration = (text: string): boolean => Object.hasOwn(namedRanges, text) || iso8601.test(text)

/**
 * The instant a duration before `end`, epoch milliseconds. Years and months are those of the calendar in
 * UTC; all else has one length.
 */
export const before = (end: number, duration: string): number => {
  const iso = Object.hasOwn(namedRanges, duration)
    ? namedRanges[duration as keyof typeof namedRanges]
    : duration
  const [years, months, weeks, days, hours, minutes, seconds] = iso8601
    .exec(iso)!
    .slice(1)
    .map((digits) => Number(digits ?? 0))
  const units = { years: years!, months: months!, weeks: weeks!, days: days! }
  return sub(new UTCDate(end), { ...units, hours: hours!, minutes: minutes!, seconds: seconds! }).getTime()
}
