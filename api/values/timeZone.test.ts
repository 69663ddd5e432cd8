import { describe, expect, it } from 'vitest'
import { canonicalZone, zoneName } from './timeZone.ts'

describe('the name of a time zone', () => {
  it.each(['Asia/Kolkata', 'Asia/Calcutta', 'Europe/Kyiv', 'Europe/Berlin', 'Etc/GMT+5', 'UTC'])(
    '%s is said as it was asked for',
    (name) => {
      expect(zoneName(name)).toBe(name)
    },
  )

  it('is found in any case', () => {
    expect(zoneName('europe/berlin')).toBe('Europe/Berlin')
    expect(zoneName('ASIA/KOLKATA')).toBe('ASIA/KOLKATA')
  })

  it('is one for all names of a zone where it is computed with', () => {
    expect(canonicalZone('Asia/Kolkata')).toBe(canonicalZone('Asia/Calcutta'))
    expect(canonicalZone('Etc/UTC')).toBe('UTC')
  })

  it.each(['Europe/Nowhere', '+05:30', '', 'x'.repeat(65)])('%j is none', (name) => {
    expect(zoneName(name)).toBeUndefined()
  })
})
