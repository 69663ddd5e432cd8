import { TZDate, tzOffset } from '@date-fns/tz'
import { LRUCache } from 'lru-cache'

/** Making a formatter takes some 50 µs; the callers' zones are few. */
const canonicalNames = new LRUCache<string, { readonly name: string | undefined }>({ max: 1_000 })

const findZone = (name: string): string | undefined => {
  // Intl takes offsets as well, which are not names.
  if (!/^[A-Za-z]/.test(name) || name.length > 64) return undefined
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone
  } catch {
    return undefined
  }
}

/** The zone as the IANA database spells it; `undefined` where there is none of that name. */
export const canonicalZone = (name: string): string | undefined => {
  let known = canonicalNames.get(name)
  if (known === undefined) {
    known = { name: findZone(name) }
    canonicalNames.set(name, known)
  }
  return known.name
}

/** Whether a zone is whole hours away from UTC at an instant, so that its days are made of hour windows. */
export const isWholeHours = (zone: string, time: number): boolean => tzOffset(zone, new Date(time)) % 60 === 0

/** The instant as a date of the zone. */
export const inZone = (time: number, zone: string): TZDate => new TZDate(time, zone)
