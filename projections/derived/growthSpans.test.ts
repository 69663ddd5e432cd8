import { describe, expect, it } from 'vitest'
import { windowMs } from '../window.ts'
import { type GrowthSpans, growthSpansIn, lastGrowthSpans } from './growthSpans.ts'

const at = (text: string): number => Date.parse(`2026-04-08T${text}Z`)
const { hour, day } = windowMs

const texts = ({ current, previous }: GrowthSpans) =>
  [previous.from, previous.to, current.from, current.to].map((time) => new Date(time).toISOString())

describe('the spans of a range that ends now', () => {
  it('end with the last closed hour, and are as long as the range', () => {
    expect(texts(lastGrowthSpans(day, at('10:30:00')))).toEqual([
      '2026-04-06T09:00:00.000Z',
      '2026-04-07T09:00:00.000Z',
      '2026-04-07T09:00:00.000Z',
      '2026-04-08T09:00:00.000Z',
    ])
  })

  it('compare an hour with an hour at the first minute of an hour and at its last', () => {
    for (const minute of ['10:00:00', '10:01:00', '10:59:59.999']) {
      const { current, previous } = lastGrowthSpans(hour, at(minute))
      expect([current, previous]).toEqual([
        { from: at('08:00:00'), to: at('09:00:00') },
        { from: at('07:00:00'), to: at('08:00:00') },
      ])
    }
  })

  it('take begun hours as whole ones', () => {
    expect(lastGrowthSpans(1.5 * hour, at('10:30:00')).current).toEqual({
      from: at('07:00:00'),
      to: at('09:00:00'),
    })
  })
})

describe('the spans in a range with an end of its own', () => {
  it('are the range and as long before it if all of it has closed', () => {
    expect(growthSpansIn({ from: at('04:00:00'), to: at('06:00:00') }, at('10:30:00'))).toEqual({
      current: { from: at('04:00:00'), to: at('06:00:00') },
      previous: { from: at('02:00:00'), to: at('04:00:00') },
    })
  })

  it('leave out what has not closed, on both sides', () => {
    expect(growthSpansIn({ from: at('04:00:00'), to: at('11:00:00') }, at('10:30:00'))).toEqual({
      current: { from: at('04:00:00'), to: at('09:00:00') },
      previous: { from: at('04:00:00') - 5 * hour, to: at('04:00:00') },
    })
  })

  it('are none if no hour of it has closed', () => {
    expect(growthSpansIn({ from: at('09:00:00'), to: at('11:00:00') }, at('10:59:00'))).toBeUndefined()
    expect(growthSpansIn({ from: at('09:00:00'), to: at('11:00:00') }, at('11:00:00'))).toBeDefined()
  })
})
