import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bucketName } from '../testing/recount.ts'
import { defaultGranularity, resolveBuckets } from './buckets.ts'
import { endOfHour } from './range.ts'

const at = (text: string) => Date.parse(text)
const now = at('2026-04-08T10:30:00Z')
const hour = 3_600_000
const day = 24 * hour
const limits = { now, maxPoints: 1_000 }

describe('the granularity by default', () => {
  it.each([
    [hour, 'hour'],
    [25 * hour, 'hour'],
    [23 * day, 'hour'],
    [24 * day, 'day'],
    [90 * day, 'day'],
    [24 * 7 * day, 'week'],
  ])('over %i ms is the coarsest with 24 points, else the hour: %s', (length, granularity) => {
    expect(defaultGranularity({ from: 0, to: length }, limits)).toBe(granularity)
  })

  it.each([
    [200 * hour, 'hour'],
    [200 * hour + 1, 'day'],
    [14 * day, 'day'],
    [23 * day, 'day'],
    [24 * day, 'day'],
    [24 * 7 * day, 'week'],
  ])(
    'over %i ms of a list is the same, or else the finest of which there are not too many: %s',
    (to, granularity) => {
      expect(defaultGranularity({ from: 0, to }, { maxPoints: 200 })).toBe(granularity)
    },
  )

  it('fits, whatever the range, if anything does', () => {
    const range = fc.record({
      from: fc.integer({ min: 0, max: 2_000 }),
      hours: fc.integer({ min: 1, max: 45_000 }),
    })
    fc.assert(
      fc.property(range, fc.constantFrom(200, 1_000), ({ from, hours }, maxPoints) => {
        const asked = { from: from * hour, to: (from + hours) * hour }
        const named = (['hour', 'day', 'week'] as const).map(
          (granularity) => resolveBuckets(asked, { granularity }, { now, maxPoints }).ok,
        )
        expect(resolveBuckets(asked, {}, { now, maxPoints }).ok).toBe(named.includes(true))
      }),
    )
  })
})

describe('a series', () => {
  it('begins with a whole bucket and ends with the running hour', () => {
    const series = resolveBuckets(
      { from: at('2026-04-06T05:00Z'), to: endOfHour(now) },
      { granularity: 'day' },
      limits,
    )
    expect(series).toMatchObject({
      ok: true,
      value: {
        range: { from: at('2026-04-06T00:00Z'), to: at('2026-04-08T11:00Z') },
        buckets: [
          { from: at('2026-04-06T00:00Z'), to: at('2026-04-07T00:00Z'), end: at('2026-04-07T00:00Z') },
          { from: at('2026-04-07T00:00Z'), to: at('2026-04-08T00:00Z'), end: at('2026-04-08T00:00Z') },
          { from: at('2026-04-08T00:00Z'), to: at('2026-04-08T11:00Z'), end: at('2026-04-09T00:00Z') },
        ],
      },
    })
  })

  it('has days of 23 and 25 hours when the clocks change', () => {
    const lengths = (from: string, to: string, zone: string) => {
      const series = resolveBuckets(
        { from: at(from), to: at(to) },
        { granularity: 'day', time_zone: zone },
        limits,
      )
      return series.ok && series.value.buckets.map((bucket) => (bucket.to - bucket.from) / hour)
    }
    expect(lengths('2026-03-28T00:00Z', '2026-03-30T12:00Z', 'Europe/Berlin')).toEqual([24, 23, 24])
    expect(lengths('2025-10-25T12:00Z', '2025-10-27T12:00Z', 'Europe/Berlin')).toEqual([24, 25, 24])
    // Cuba's clocks change at midnight: this day begins at 1 o'clock.
    expect(lengths('2026-03-07T12:00Z', '2026-03-09T12:00Z', 'America/Havana')).toEqual([24, 23, 24])
  })

  it.each([
    ['Asia/Kolkata', 'hour'],
    ['Asia/Kolkata', 'day'],
    ['Australia/Adelaide', 'week'],
    ['Asia/Kathmandu', 'day'],
  ] as const)('of %s by %s is refused: no window of ours begins with its days', (time_zone, granularity) => {
    const range = { from: now - 60 * day, to: now - 30 * day }
    const aligned = { from: range.from - (range.from % hour), to: range.to - (range.to % hour) }
    expect(resolveBuckets(aligned, { granularity, time_zone }, limits)).toMatchObject({
      ok: false,
      faults: [{ path: 'time_zone' }],
    })
  })

  it('of too many points names a granularity that fits', () => {
    const range = { from: at('2026-01-01T00:00Z'), to: at('2026-04-01T00:00Z') }
    expect(resolveBuckets(range, { granularity: 'hour' }, limits)).toMatchObject({
      ok: false,
      faults: [{ path: 'granularity', message: expect.stringContaining('granularity=day fits') }],
    })
    expect(resolveBuckets(range, { granularity: 'hour' }, { now, maxPoints: 50 })).toMatchObject({
      ok: false,
      faults: [{ message: expect.stringContaining('granularity=week fits') }],
    })
    expect(resolveBuckets(range, {}, { now, maxPoints: 5 })).toMatchObject({
      ok: false,
      faults: [{ message: expect.stringContaining('shorter range') }],
    })
  })

  it('cuts any range of any zone by its calendar, without gaps', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: at('2011-12-01T00:00Z') / hour, max: Math.floor(now / hour) - 200 }),
        fc.integer({ min: 1, max: 600 }),
        fc.constantFrom('hour', 'day', 'week'),
        fc.constantFrom(
          'UTC',
          'Europe/Berlin',
          'America/New_York',
          'America/Havana',
          'Pacific/Apia',
          'Asia/Tokyo',
        ),
        (start, length, granularity, zone) => {
          const range = { from: start * hour, to: Math.min((start + length) * hour, endOfHour(now)) }
          const series = resolveBuckets(range, { granularity, time_zone: zone }, limits)
          expect(series.ok).toBe(true)
          if (!series.ok) return
          const { buckets, range: widened } = series.value
          expect(widened.from).toBeLessThanOrEqual(range.from)
          expect(widened.to).toBeGreaterThanOrEqual(range.to)
          let end = widened.from
          for (const bucket of buckets) {
            expect(bucket.from).toBe(end)
            expect(bucket.to).toBeGreaterThan(bucket.from)
            end = bucket.to
            const name = bucketName(bucket.from, granularity, zone)
            expect(bucketName(bucket.to - 1, granularity, zone)).toBe(name)
            expect(bucketName(bucket.from - 1, granularity, zone)).not.toBe(name)
            expect(bucketName(bucket.end, granularity, zone)).not.toBe(name)
          }
          expect(end).toBe(widened.to)
        },
      ),
      { numRuns: 300 },
    )
  })
})
