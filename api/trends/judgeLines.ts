import { directionsInList, type ListedDirection } from '@patterns/projections/analytics/directionsInList.ts'
import type { InsufficientData, TrendLine } from '@patterns/projections/analytics/trendLine.ts'
import { orderKey } from './orderKey.ts'

/** A line among others. */
export interface JudgedLine extends ListedDirection {
  readonly id: string
  readonly line: TrendLine
  /** What lists are ordered by. */
  readonly order: string
}

export interface JudgedLines {
  /** Those that move first, the surest before others, then the fastest for their mean. */
  readonly measured: readonly JudgedLine[]
  /** Patterns that were observed in too few windows. */
  readonly insufficient: number
}

const speedOf = ({ slope, mean }: TrendLine): number => (mean === 0 ? 0 : Math.abs(slope / mean))

/** The verdict on each line of a list, with the false discovery rate controlled over all of them. */
export const judgeLines = (lines: Iterable<readonly [string, TrendLine | InsufficientData]>): JudgedLines => {
  const ids: string[] = []
  const measured: TrendLine[] = []
  let insufficient = 0
  for (const [id, line] of lines) {
    if (line.status === 'insufficient_data') insufficient++
    else {
      ids.push(id)
      measured.push(line)
    }
  }
  const directions = directionsInList(measured)
  const judged = measured.map((line, i): JudgedLine => {
    const { direction, adjustedP } = directions[i]!
    const order = orderKey([direction === 'stable' ? 1 : 0, line.p, -speedOf(line)])
    return { id: ids[i]!, line, direction, adjustedP, order }
  })
  return { measured: judged.toSorted((a, b) => (a.order < b.order ? -1 : 1)), insufficient }
}
