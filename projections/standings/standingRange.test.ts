import { describe, expect, it } from 'vitest'
import { closedUntil } from '../analytics/trendRange.ts'
import { lastGrowthSpans } from '../derived/growthSpans.ts'
import { windowMs } from '../window.ts'
import { findStanding, standingRangeNames, standingRanges, standingSpans } from './standingRange.ts'

const at = (text: string): number => Date.parse(`2026-04-${text}:00Z`)
const now = at('08T10:30')
const closed = closedUntil('hour', now)

describe('the hours of a standing', () => {
  it('end with the running one, of which two are open', () => {
    expect(standingSpans('24h', closed)).toMatchObject({
      range: { from: at('07T10:00'), to: at('08T11:00') },
      closed: { from: at('07T10:00'), to: at('08T09:00') },
      open: { from: at('08T09:00'), to: at('08T11:00') },
    })
  })

  it('that growth compares are those of a range that ends now', () => {
    for (const name of standingRangeNames)
      expect(standingSpans(name, closed).growth).toEqual(lastGrowthSpans(standingRanges[name], now))
  })
})

describe('the standing that answers for a range', () => {
  const { range, growth } = standingSpans('7d', closed)

  it('sums the same hours', () => {
    expect(findStanding({ range }, closed)).toBe('7d')
    expect(findStanding({ range: { ...range, to: range.to - windowMs.hour } }, closed)).toBeUndefined()
    expect(findStanding({ range }, closed - windowMs.hour)).toBeUndefined()
  })

  it('compares the same hours, if growth is asked for', () => {
    expect(findStanding({ range, growth }, closed)).toBe('7d')
    const other = { ...growth, current: { ...growth.current, from: growth.current.from + windowMs.hour } }
    expect(findStanding({ range, growth: other }, closed)).toBeUndefined()
  })
})
