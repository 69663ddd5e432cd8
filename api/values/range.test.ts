import { describe, expect, it } from 'vitest'
import { before, isDuration } from './duration.ts'
import { maxRangeMs, previousRange, resolveRange } from './range.ts'

const at = (text: string) => Date.parse(text)
const now = at('2026-03-18T10:30:00Z')
const resolve = (request: object) => resolveRange(request, { now, defaultRange: '7d' })
const range = (from: string, to: string) => ({ ok: true, value: { from: at(from), to: at(to) } })

describe('a range', () => {
  it('ends with the running hour and is widened outward to whole hours', () => {
    expect(resolve({ time_range: '1h' })).toEqual(range('2026-03-18T09:00Z', '2026-03-18T11:00Z'))
    expect(resolve({})).toEqual(range('2026-03-11T10:00Z', '2026-03-18T11:00Z'))
    expect(resolve({ from: at('2026-03-01T05:59:59.999Z'), to: at('2026-03-01T06:00:00.001Z') })).toEqual(
      range('2026-03-01T05:00Z', '2026-03-01T07:00Z'),
    )
  })

  it('is what was asked for if that is whole hours already', () => {
    expect(resolve({ from: at('2026-03-01T05:00Z'), to: at('2026-03-01T06:00Z') })).toEqual(
      range('2026-03-01T05:00Z', '2026-03-01T06:00Z'),
    )
  })

  it('at the very start of an hour still holds that hour', () => {
    expect(resolveRange({ time_range: '1h' }, { now: at('2026-03-18T10:00Z'), defaultRange: '7d' })).toEqual(
      range('2026-03-18T09:00Z', '2026-03-18T11:00Z'),
    )
  })

  it('never goes past the running hour, however late it is to end', () => {
    expect(resolve({ from: at('2026-03-18T08:00Z'), to: at('2030-01-01T00:00Z') })).toEqual(
      range('2026-03-18T08:00Z', '2026-03-18T11:00Z'),
    )
    expect(resolve({ from: at('2026-03-18T08:00Z') })).toEqual(
      range('2026-03-18T08:00Z', '2026-03-18T11:00Z'),
    )
  })

  it.each([
    [{ to: now }, 'from'],
    [{ time_range: '1h', from: now - 1 }, 'time_range'],
    [{ from: now, to: now }, 'to'],
    [{ from: now, to: now - 1 }, 'to'],
    [{ from: at('2026-03-18T11:00Z') }, 'from'],
    [{ from: at('2026-03-18T11:00Z'), to: at('2026-03-19T11:00Z') }, 'from'],
    [{ from: now - maxRangeMs - 7_200_000 }, 'from'],
    [{ time_range: 'P6Y' }, 'time_range'],
    [{ time_range: 'P0D' }, 'time_range'],
    [{ time_range: 'P0Y0M0DT0H0S' }, 'time_range'],
    [{ time_range: 'P9999Y' }, 'time_range'],
  ])('%j cannot be served because of %s', (request, path) => {
    expect(resolve(request)).toMatchObject({ ok: false, faults: [{ path }] })
  })

  it('has an equally long one just before it', () => {
    expect(previousRange({ from: 10, to: 15 })).toEqual({ from: 5, to: 10 })
  })
})

describe('a duration', () => {
  it.each([
    '1h',
    '24h',
    '1d',
    '7d',
    '30d',
    '90d',
    '14d',
    '1w',
    '90m',
    'P1D',
    'PT1H',
    'P1Y2M3W4DT5H6M7S',
    'PT90M',
    'P0D',
  ])('%s is one', (text) => expect(isDuration(text)).toBe(true))

  it.each([
    '',
    '0d',
    '2y',
    '1.5d',
    '14 d',
    '1000000m',
    'P',
    'PT',
    'P1DT',
    'P1.5D',
    '-P1D',
    'P1H',
    'PT1D',
    '7D',
    'p1d',
    'P1D ',
    'toString',
    '__proto__',
  ])('%j is none', (text) => expect(isDuration(text)).toBe(false))

  it('counts months by the calendar in UTC and all else by length', () => {
    const end = at('2026-03-31T12:00Z')
    expect(before(end, 'P1M')).toBe(at('2026-02-28T12:00Z'))
    expect(before(end, 'P1Y')).toBe(at('2025-03-31T12:00Z'))
    expect(before(end, 'P1W')).toBe(at('2026-03-24T12:00Z'))
    expect(before(end, '24h')).toBe(at('2026-03-30T12:00Z'))
    expect(before(end, '90m')).toBe(at('2026-03-31T10:30Z'))
    expect(before(end, '14d')).toBe(at('2026-03-17T12:00Z'))
    expect(before(end, '1w')).toBe(before(end, 'P1W'))
    expect(before(end, 'PT36H')).toBe(at('2026-03-30T00:00Z'))
  })
})
