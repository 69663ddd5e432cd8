import { noWatermark } from '@patterns/shared/contract/watermark.ts'
import { describe, expect, it } from 'vitest'
import { graceMs, windowMs } from '../window.ts'
import {
  allSeries,
  createSeriesFinder,
  isIn,
  noSeries,
  rolledOver,
  type SeriesSet,
  seriesRange,
  trendHorizon,
  trendSeries,
} from './trendSeries.ts'

const { hour, day } = windowMs
const at = (text: string): number => Date.parse(text)
const names = (set: SeriesSet): string[] =>
  trendSeries.flatMap(({ granularity, windows }, i) => (isIn(set, i) ? [`${granularity}/${windows}`] : []))

/** A Wednesday: hours are closed until 11, days until midnight, weeks until Monday. */
const noon = at('2026-03-04T12:30:00Z')

describe('the materialized series', () => {
  it('are the last closed windows of each size', () => {
    expect(trendSeries.map((series) => seriesRange(series, noon))).toEqual([
      { from: at('2026-03-03T11:00:00Z'), to: at('2026-03-04T11:00:00Z') },
      { from: at('2026-02-02T00:00:00Z'), to: at('2026-03-04T00:00:00Z') },
      { from: at('2025-12-04T00:00:00Z'), to: at('2026-03-04T00:00:00Z') },
      { from: at('2025-12-08T00:00:00Z'), to: at('2026-03-02T00:00:00Z') },
    ])
  })

  it('need windows as far back as the longest of each size', () => {
    expect(trendHorizon(noon)).toEqual({
      hour: at('2026-03-03T11:00:00Z'),
      day: at('2025-12-04T00:00:00Z'),
      week: at('2025-12-08T00:00:00Z'),
    })
  })
})

describe('windows that close', () => {
  it.each([
    ['an hour', '2026-03-04T11:00:00Z', '2026-03-04T12:00:00Z', ['hour/24']],
    ['midnight', '2026-03-03T23:00:00Z', '2026-03-04T00:00:00Z', ['hour/24', 'day/30', 'day/90']],
    ['Monday', '2026-03-01T23:00:00Z', '2026-03-02T00:00:00Z', ['hour/24', 'day/30', 'day/90', 'week/12']],
    ['no time', '2026-03-02T00:00:00Z', '2026-03-02T00:00:00Z', []],
    ['a clock set back', '2026-03-04T11:00:00Z', '2026-03-03T11:00:00Z', ['hour/24', 'day/30', 'day/90']],
  ])('%s moves the series of its sizes', (_, from, to, moved) => {
    expect(names(rolledOver(at(from), at(to)))).toEqual(moved)
  })

  it('move all if nothing was closed before', () => {
    expect(rolledOver(noWatermark, noon)).toBe(allSeries)
  })
})

describe('a changed window', () => {
  const find = createSeriesFinder(noon)
  const longAgo = at('2020-01-01T00:00:00Z')

  it('changes no series while it is open', () => {
    expect(find('hour', at('2026-03-04T11:00:00Z'), longAgo)).toBe(noSeries)
    expect(find('day', at('2026-03-04T00:00:00Z'), longAgo)).toBe(noSeries)
    expect(find('week', at('2026-03-02T00:00:00Z'), longAgo)).toBe(noSeries)
    // Its end has passed, the grace has not.
    expect(
      createSeriesFinder(noon - 30 * 60_000 + graceMs - 1)('hour', noon - 30 * 60_000 - hour, longAgo),
    ).toBe(noSeries)
  })

  it.each([
    ['hour', '2026-03-04T10:00:00Z', ['hour/24']],
    ['hour', '2026-03-03T11:00:00Z', ['hour/24']],
    ['hour', '2026-03-03T10:00:00Z', []],
    ['day', '2026-03-03T00:00:00Z', ['day/30', 'day/90']],
    ['day', '2026-02-02T00:00:00Z', ['day/30', 'day/90']],
    ['day', '2026-02-01T00:00:00Z', ['day/90']],
    ['day', '2025-12-03T00:00:00Z', []],
    ['week', '2026-02-23T00:00:00Z', ['week/12']],
    ['week', '2025-12-01T00:00:00Z', []],
  ] as const)('(the %s of %s) changes the series whose range it lies in', (granularity, start, changed) => {
    expect(names(find(granularity, at(start), longAgo))).toEqual(changed)
  })

  it('that is the first of all changes every series of its size: usage is 0 from there on', () => {
    const firstSeen = noon - 400 * day
    expect(names(find('day', firstSeen - (firstSeen % day), firstSeen))).toEqual(['day/30', 'day/90'])
    expect(find('day', firstSeen - (firstSeen % day) + day, firstSeen)).toBe(noSeries)
  })
})
