import { type Granularity, windowMs, windowStart } from './window.ts'
import type { Range } from './analytics/trendRange.ts'

/** Neighbouring windows of one granularity: those that start in `[start, end)`. */
export interface WindowRun {
  readonly granularity: Granularity
  readonly start: number
  readonly end: number
}

const finer = { week: 'day', day: 'hour' } as const

const cut = ({ from, to }: Range, granularity: Granularity, runs: WindowRun[]): void => {
  if (from >= to) return
  if (granularity === 'hour') {
    runs.push({ granularity, start: from, end: to })
    return
  }
  const last = windowStart(to, granularity)
  const floor = windowStart(from, granularity)
  const first = floor === from ? from : floor + windowMs[granularity]
  if (first >= last) return cut({ from, to }, finer[granularity], runs)
  cut({ from, to: first }, finer[granularity], runs)
  runs.push({ granularity, start: first, end: last })
  cut({ from: last, to }, finer[granularity], runs)
}

/**
 * The fewest windows that together are exactly a range of whole hours: the whole weeks in it, whole days on
 * both sides of them, and hours at the edges. No instant is in two of them.
 */
export const windowRunsOf = (range: Range): WindowRun[] => {
  const runs: WindowRun[] = []
  cut(range, 'week', runs)
  return runs
}

/** The windows of many ranges, none of which straddles two of them. Neighbouring ranges share runs of windows. */
export const windowRunsOfAll = (ranges: readonly Range[]): WindowRun[] => {
  const joined: WindowRun[] = []
  for (const run of ranges.flatMap(windowRunsOf)) {
    const last = joined.at(-1)
    if (last !== undefined && last.granularity === run.granularity && last.end === run.start)
      joined[joined.length - 1] = { ...last, end: run.end }
    else joined.push(run)
  }
  return joined
}

/** The windows between the first and the last of some instants, none of which straddles one of them. */
export const windowRunsBetween = (instants: readonly number[]): WindowRun[] => {
  const cuts = [...new Set(instants)].toSorted((a, b) => a - b)
  return windowRunsOfAll(cuts.slice(1).map((to, i) => ({ from: cuts[i]!, to })))
}

/** The start of each window of a run. */
export const windowStarts = function* ({ granularity, start, end }: WindowRun): Generator<number> {
  for (let at = start; at < end; at += windowMs[granularity]) yield at
}
