import { direction } from '@patterns/projections/analytics/direction.ts'
import { directionsInList } from '@patterns/projections/analytics/directionsInList.ts'
import { seeded } from '@patterns/projections/testing/simulated.ts'
import type { TrendLine } from '@patterns/projections/analytics/trendLine.ts'
import { patternLine } from '@patterns/projections/trends/patternLine.ts'
import { type Character, simulateWindows } from './simulateWindows.ts'

/** A Wednesday noon; nothing depends on it. */
const now = Date.UTC(2026, 2, 4, 12)

/** The lines of so many patterns of one character, on the way that the processor takes. */
export const simulateLines = (character: Character, patterns: number, seed: number): TrendLine[] => {
  const random = seeded(seed)
  const lines: TrendLine[] = []
  for (let i = 0; i < patterns; i++) {
    const windows = simulateWindows(character, now, random)
    const { series, metric } = character
    const { line } = patternLine({ series, metric, windows, firstSeen: 0, now })
    if (line.status === 'measured') lines.push(line)
  }
  return lines
}

const share = (part: number, of: number): number => Math.round((part / of) * 10_000) / 10_000

/** What share is called moving, looked at one by one, and moving the way that the truth does. */
export const detectionOf = (lines: readonly TrendLine[], change: number) => {
  const directions = lines.map((line) => direction(line, line.p))
  const moving = directions.filter((one) => one !== 'stable').length
  const right = directions.filter((one) => one === (change > 0 ? 'increasing' : 'decreasing')).length
  return { called_moving: share(moving, lines.length), called_right: share(right, lines.length) }
}

/** The same in one list, of which the first `movers` move: what is found, and what share of the finds is false. */
export const detectionInList = (lines: readonly TrendLine[], movers: number) => {
  const figuresOf = (isMoving: readonly boolean[]) => {
    const found = isMoving.slice(0, movers).filter(Boolean).length
    const all = isMoving.filter(Boolean).length
    return {
      found: share(found, movers),
      false_discoveries: all === 0 ? 0 : share(all - found, all),
    }
  }
  return {
    one_by_one: figuresOf(lines.map((line) => direction(line, line.p) !== 'stable')),
    in_list: figuresOf(directionsInList(lines).map((one) => one.direction !== 'stable')),
  }
}
