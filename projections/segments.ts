import { type Granularity, windowMs, windowStart } from './window.ts'
import type { Range } from './analytics/trendRange.ts'

/** Neighbouring windows of one granularity: those that start in `[start, end)`. */
export interface Segment {
  readonly granularity: Granularity
  readonly start: number
  readonly end: number
}

const finer = { week: 'day', day: 'hour' } as const

const cut = ({ from, to }: Range, granularity: Granularity, segments: Segment[]): void => {
  if (from >= to) return
  if (granularity === 'hour') {
    segments.push({ granularity, start: from, end: to })
    return
  }
  const last = windowStart(to, granularity)
  const floor = windowStart(from, granularity)
  const first = floor === from ? from : floor + windowMs[granularity]
  if (first >= last) return cut({ from, to }, finer[granularity], segments)
  cut({ from, to: first }, finer[granularity], segments)
  segments.push({ granularity, start: first, end: last })
  cut({ from: last, to }, finer[granularity], segments)
}

/**
 * The fewest windows that together are exactly a range of whole hours: the whole weeks in it, whole days on
 * both sides of them, and hours at the edges. No instant is in two of them.
 */
export const segmentsOf = (range: Range): Segment[] => {
  const segments: Segment[] = []
  cut(range, 'week', segments)
  return segments
}

/** The windows of many ranges, none of which straddles two of them. Neighbouring ranges share segments. */
export const segmentsOfAll = (ranges: readonly Range[]): Segment[] => {
  const joined: Segment[] = []
  for (const segment of ranges.flatMap(segmentsOf)) {
    const last = joined.at(-1)
    if (last !== undefined && last.granularity === segment.granularity && last.end === segment.start)
      joined[joined.length - 1] = { ...last, end: segment.end }
    else joined.push(segment)
  }
  return joined
}

/** The windows between the first and the last of some instants, none of which straddles one of them. */
export const segmentsBetween = (instants: readonly number[]): Segment[] => {
  const cuts = [...new Set(instants)].toSorted((a, b) => a - b)
  return segmentsOfAll(cuts.slice(1).map((to, i) => ({ from: cuts[i]!, to })))
}

/** The start of each window of a segment. */
export const windowStarts = function* ({ granularity, start, end }: Segment): Generator<number> {
  for (let at = start; at < end; at += windowMs[granularity]) yield at
}
