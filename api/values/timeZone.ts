import { TZDate, tzOffset } from '@date-fns/tz'
import { LRUCache } from 'lru-cache'

/** Making a formatter takes some 50 µs; the callers' zones are few. */
const zones = new LRUCache<string, { readonly canonical: string | undefined }>({ max: 1_000 })

const findZone = (name: string): string | undefined => {
  // Intl takes offsets as well, which are not names.
  if (!/^[A-Za-z]/.test(name) || name.length > 64) return undefined
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone
  } catch {
    return undefined
  }
}

const canonicalOf = (name: string): string | undefined => {
  let known = zones.get(name)
  if (known === undefined) {
    known = { canonical: findZone(name) }
    zones.set(name, known)
  }
  return known.canonical
}

/** Whether there is a zone of that name, in any case. */
export const isZone = (name: string): boolean => canonicalOf(name) !== undefined

/**
 * One name for all names of a zone, often an older one (`Asia/Calcutta`), so that what is computed for one name serves the
 * others.
 */
export const canonicalZone = (name: string): string => canonicalOf(name) ?? name

/** Whether a zone is whole hours away from UTC at an instant, so that its days are made of hour windows. */
export const isWholeHours = (zone: string, time: number): boolean => tzOffset(zone, new Date(time)) % 60 === 0

/** The instant as a date of the zone. */
export const inZone = (time: number, zone: string): TZDate => new TZDate(time, zone)
