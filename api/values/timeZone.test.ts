import { describe, expect, it } from 'vitest'
import { canonicalZone, isZone } from './timeZone.ts'

describe('the name of a time zone', () => {
  it.each(['Asia/Kolkata', 'Asia/Calcutta', 'Europe/Kyiv', 'europe/berlin', 'EUROPE/VIENNA', 'utc'])(
    '%s is one, in any case',
    (name) => {
      expect(isZone(name)).toBe(true)
    },
  )

  it('is one for all names of a zone that is computed with', () => {
    expect(canonicalZone('Asia/Kolkata')).toBe(canonicalZone('Asia/Calcutta'))
    expect(canonicalZone('EUROPE/VIENNA')).toBe('Europe/Vienna')
    expect(canonicalZone('Etc/UTC')).toBe('UTC')
  })

  it.each(['Europe/Nowhere', '+05:30', '', 'x'.repeat(65)])('%j is none', (name) => {
    expect(isZone(name)).toBe(false)
  })
})
