import { describe, expect, it } from 'vitest'
import { direction } from './direction.ts'
import { directionsInList } from './directionsInList.ts'

const rising = { slope: 1, span: 29, mean: 50, s: 200 }
const falling = { slope: -1, span: 29, mean: 50, s: -200 }

describe('direction', () => {
  it('is that of a trend which the test believes', () => {
    expect(direction(rising, 0.049)).toBe('increasing')
    expect(direction(falling, 0.049)).toBe('decreasing')
  })

  it('is stable if the test does not believe it', () => {
    expect(direction(rising, 0.05)).toBe('stable')
  })

  it('is stable if the change across the range is below 1 % of the mean', () => {
    expect(direction({ ...rising, slope: 0.499 / 29 }, 0.001)).toBe('stable')
    expect(direction({ ...rising, slope: 0.501 / 29 }, 0.001)).toBe('increasing')
  })

  it('is stable if the line and the test disagree', () => {
    expect(direction({ ...rising, s: -200 }, 0.001)).toBe('stable')
  })

  it('is stable if nothing ever changes', () => {
    expect(direction({ slope: 0, span: 29, mean: 0, s: 0 }, 1)).toBe('stable')
  })
})

describe('directions in a list', () => {
  it('ask more of each trend, the longer the list', () => {
    const noise = Array.from({ length: 99 }, (_, i) => ({ ...rising, p: 0.3 + i / 200 }))
    expect(directionsInList([{ ...rising, p: 0.01 }])[0]).toEqual({
      direction: 'increasing',
      adjustedP: 0.01,
    })
    const [weak] = directionsInList([{ ...rising, p: 0.01 }, ...noise])
    expect(weak!.direction).toBe('stable')
    const [strong, ...others] = directionsInList([{ ...falling, p: 0.0001 }, ...noise])
    expect(strong).toEqual({ direction: 'decreasing', adjustedP: 0.01 })
    expect(others.every((each) => each.direction === 'stable')).toBe(true)
  })

  it('of an empty list are none', () => {
    expect(directionsInList([])).toEqual([])
  })
})
