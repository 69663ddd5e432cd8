import { describe, expect, it } from 'vitest'
import { createDampedHolt } from './dampedHolt.ts'
import { createExpandingLine } from './expandingLine.ts'
import { expectNearly } from '../testing/nearly.ts'
import reference from '../testing/reference.json' with { type: 'json' }
import { leastSquares } from './leastSquares.ts'
import { pointsOf } from './points.ts'

describe('damped Holt smoothing', () => {
  it.each(reference.holt)(
    'forecasts as statsmodels does, with level $level, trend $trend, damping $damping',
    (run) => {
      const holt = createDampedHolt(0, run.values[0]!, [run])
      run.forecasts.forEach((forecast, i) => {
        expectNearly(holt.forecast(i + 1), forecast)
        holt.learn(i + 1, run.values[i + 1]!)
      })
      run.ahead.forEach((forecast, i) => expectNearly(holt.forecast(run.values.length + i), forecast))
    },
  )

  it('lets a window without observation pass as if it had held what was expected', () => {
    const skipped = createDampedHolt(0, 10)
    const told = createDampedHolt(0, 10)
    for (const [index, value] of [
      [1, 12],
      [2, 15],
    ] as const) {
      skipped.learn(index, value)
      told.learn(index, value)
    }
    told.learn(3, told.forecast(3))
    expectNearly(skipped.forecast(4), told.forecast(4))
    skipped.learn(4, 20)
    told.learn(4, 20)
    expectNearly(skipped.forecast(5), told.forecast(5))
  })

  it('goes on with the constants that did best so far', () => {
    const swift = { level: 0.9, trend: 0.1, damping: 0.9 }
    const calm = { level: 0.1, trend: 0.1, damping: 0.9 }
    const holt = createDampedHolt(0, 0, [calm, swift])
    const alone = createDampedHolt(0, 0, [swift])
    for (let i = 1; i < 10; i++) {
      holt.learn(i, i < 3 ? 0 : 100)
      alone.learn(i, i < 3 ? 0 : 100)
    }
    expect(holt.forecast(10)).toBe(alone.forecast(10))
  })
})

describe('the expanding line', () => {
  it('is the least-squares line of all points so far', () => {
    const values = reference.series['with gaps'].values
    const indices = reference.series['with gaps'].indices
    const forecaster = createExpandingLine(indices[0]!, values[0]!)
    expect(forecaster.forecast(7)).toBe(values[0])
    for (let i = 1; i < values.length; i++) {
      forecaster.learn(indices[i]!, values[i]!)
      const line = leastSquares(pointsOf(values.slice(0, i + 1), indices.slice(0, i + 1)))!
      expectNearly(forecaster.forecast(30), line.intercept + line.slope * 30)
    }
  })
})
