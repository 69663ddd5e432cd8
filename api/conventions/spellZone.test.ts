import { describe, expect, it } from 'vitest'
import { spellZone } from './spellZone.ts'
import { canonicalZone, zoneName } from './timeZone.ts'

describe('the name of a zone', () => {
  it.each([
    'Asia/Kolkata',
    'Asia/Calcutta',
    'Europe/Kyiv',
    'Europe/Berlin',
    'UTC',
    'Etc/UTC',
    'Etc/GMT+5',
    'Etc/Greenwich',
    'GMT0',
    'EST5EDT',
    'NZ-CHAT',
    'GB-Eire',
    'W-SU',
    'Iran',
    'US/Indiana-Starke',
    'America/Knox_IN',
    'America/Port-au-Prince',
    'America/Port_of_Spain',
    'America/Argentina/ComodRivadavia',
    'Antarctica/DumontDUrville',
    'Africa/Dar_es_Salaam',
    'Australia/NSW',
    'Chile/EasterIsland',
  ])('%s is said as it was asked for, in any case', (name) => {
    for (const written of [name, name.toLowerCase(), name.toUpperCase()]) expect(zoneName(written)).toBe(name)
  })

  it('is spelled as Intl does wherever that tells', () => {
    for (const name of Intl.supportedValuesOf('timeZone')) expect(spellZone(name.toLowerCase())).toBe(name)
  })

  it('is one for all names of a zone where it is computed with', () => {
    expect(canonicalZone('Asia/Kolkata')).toBe(canonicalZone('Asia/Calcutta'))
    expect(canonicalZone('Etc/UTC')).toBe('UTC')
  })

  it.each(['Europe/Nowhere', '+05:30', '', 'x'.repeat(65)])('%j is none', (name) => {
    expect(zoneName(name)).toBeUndefined()
  })
})
