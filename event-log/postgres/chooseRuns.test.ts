import { describe, expect, it } from 'vitest'
import { chooseRuns } from './chooseRuns.ts'

describe('the runs of segments to merge', () => {
  const extents = (...sizes: [first: number, count: number, minute?: number][]) =>
    sizes.map(([first_position, event_count, minute = 0]) => ({ first_position, event_count, minute }))

  it.each([
    ['nothing, where there is nothing', extents(), []],
    ['nothing, where there is one', extents([1, 5]), []],
    ['all neighbours', extents([1, 5], [6, 1], [7, 2]), [[1, 6, 7]]],
    ['none that something lies between', extents([1, 5], [7, 5], [13, 5]), []],
    [
      'all that are neighbours',
      extents([1, 5], [7, 5], [12, 5], [18, 5], [23, 5]),
      [
        [7, 12],
        [18, 23],
      ],
    ],
    ['as many as 128 events', extents([1, 50], [51, 50], [101, 28], [129, 1]), [[1, 51, 101]]],
    ['no more than 128 events', extents([1, 63], [64, 63], [127, 63]), [[1, 64]]],
    ['not those that are large', extents([1, 1], [2, 64], [66, 3], [69, 4]), [[66, 69]]],
    [
      'never of two minutes',
      extents([1, 1, 0], [2, 1, 0], [3, 1, 1], [4, 1, 2], [5, 1, 2]),
      [
        [1, 2],
        [4, 5],
      ],
    ],
  ])('are %s', (_what, segments, runs) => {
    expect(chooseRuns(segments).map((run) => run.map((segment) => segment.first_position))).toEqual(runs)
  })
})
