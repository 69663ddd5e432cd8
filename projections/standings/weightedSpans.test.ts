import fc from 'fast-check'
import { expect, it } from 'vitest'
import { windowMs } from '../window.ts'
import { standingRangeNames, standingSpans } from './standingRange.ts'
import { advancedSpans, closedSpans, maxAdvanceMs, type WeightedSpan } from './weightedSpans.ts'

const { hour } = windowMs
const closed = fc.integer({ min: 400_000, max: 500_000 }).map((hours) => hours * hour)
const names = fc.constantFrom(...standingRangeNames)

/** How often the hour that starts at `at` counts in each sum. */
const weightsAt = (spans: readonly WeightedSpan[], at: number) => {
  const holding = spans.filter(({ from, to }) => from <= at && at < to)
  const sumOf = (weight: 'inRange' | 'inCurrent' | 'inPrevious') =>
    holding.reduce((sum, span) => sum + span[weight], 0)
  return { inRange: sumOf('inRange'), inCurrent: sumOf('inCurrent'), inPrevious: sumOf('inPrevious') }
}

/** The hours in which anything can change, and some on both sides. */
const hoursAround = function* (spans: readonly WeightedSpan[]): Generator<number> {
  for (const { from, to } of spans) for (let at = from - 2 * hour; at < to + 2 * hour; at += hour) yield at
}

it('the closed hours of a standing count in the sums whose spans they are in, and no others do', () => {
  fc.assert(
    fc.property(names, closed, (name, closedUntil) => {
      const { closed: range, growth } = standingSpans(name, closedUntil)
      const isIn = (span: { from: number; to: number }, at: number) => Number(span.from <= at && at < span.to)
      const spans = closedSpans(name, closedUntil)
      for (const at of hoursAround(spans))
        expect(weightsAt(spans, at)).toEqual({
          inRange: isIn(range, at),
          inCurrent: isIn(growth.current, at),
          inPrevious: isIn(growth.previous, at),
        })
    }),
    { numRuns: 20 },
  )
})

it('sums that are carried on are those of the later hour', () => {
  fc.assert(
    fc.property(names, closed, fc.integer({ min: 0, max: maxAdvanceMs / hour }), (name, before, hours) => {
      const after = before + hours * hour
      const advanced = advancedSpans(name, before, after)
      const [old, next] = [closedSpans(name, before), closedSpans(name, after)]
      for (const at of hoursAround(advanced)) {
        const [was, change, is] = [old, advanced, next].map((spans) => weightsAt(spans, at))
        expect({
          inRange: was!.inRange + change!.inRange,
          inCurrent: was!.inCurrent + change!.inCurrent,
          inPrevious: was!.inPrevious + change!.inPrevious,
        }).toEqual(is)
      }
    }),
    { numRuns: 100 },
  )
})
