import { describe, expect, it } from 'vitest'
import { movingAverage } from './movingAverage.ts'
import { pointsOf } from './points.ts'

describe('the moving average', () => {
  it('is the mean of seven windows, from the seventh on', () => {
    expect(movingAverage(pointsOf([1, 2, 3, 4, 5, 6, 7, 14, 2]))).toEqual([
      null,
      null,
      null,
      null,
      null,
      null,
      4,
      41 / 7,
      41 / 7,
    ])
  })

  it('takes the trailing windows, not points: if some are missing, it averages what there is', () => {
    expect(movingAverage(pointsOf([10, 20, 60, 100], [0, 5, 7, 20]))).toEqual([null, null, 40, 100])
  })

  it('takes another width', () => {
    expect(movingAverage(pointsOf([1, 3, 8]), 2)).toEqual([null, 2, 5.5])
    expect(movingAverage(pointsOf([1, 3, 8]), 1)).toEqual([1, 3, 8])
  })
})
