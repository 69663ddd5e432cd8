import { TZDate, tzOffset } from '@date-fns/tz'
import { LRUCache } from 'lru-cache'

interface Zone {
  /** The name that was asked for. */
  readonly name: string
  /** The same for all names of one zone; often an older one of them (`Asia/Calcutta`). */
  readonly canonical: string
}

/** Making a formatter takes some 50 µs; the callers' zones are few. */
const zones = new LRUCache<string, { readonly zone: Zone | undefined }>({ max: 1_000 })

const findZone = (name: string): Zone | undefined => {
  // Intl takes offsets as well, which are not names.
  if (!/^[A-Za-z]/.test(name) || name.length > 64) return undefined
  try {
    const canonical = new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone
    // Intl takes names in any case, and tells the case of the canonical one only.
    const isSame = canonical.toLowerCase() === name.toLowerCase()
    return { canonical, name: isSame ? canonical : name }
  } catch {
    return undefined
  }
}

const zoneOf = (name: string): Zone | undefined => {
  let known = zones.get(name)
  if (known === undefined) {
    known = { zone: findZone(name) }
    zones.set(name, known)
  }
  return known.zone
}

/** The zone's name as it was asked for; `undefined` if there is none of that name. */
export const zoneName = (name: string): string | undefined => zoneOf(name)?.name

/** One name for all that are the same zone: what is computed for one of them is so for all. */
export const canonicalZone = (name: string): string => zoneOf(name)?.canonical ?? name

/** Whether a zone is whole hours away from UTC at an instant, so that its days are made of hour windows. */
export const isWholeHours = (zone: string, time: number): boolean => tzOffset(zone, new Date(time)) % 60 === 0

/** The instant as a date of the zone. */
export const inZone = (time: number, zone: string): TZDate => new TZDate(time, zone)
