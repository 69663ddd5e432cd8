import { describe, expect, it } from 'vitest'
import { flushDelayMs, type FlushState } from './flushDelay.ts'

describe('the next flush', () => {
  it.each<[string, Partial<FlushState>, number]>([
    ['waits the interval at the head of the log', {}, 250],
    ['does not wait longer for a small lag', { lag: 9_999 }, 250],
    ['waits two seconds in a backlog', { lag: 10_000 }, 2_000],
    ['waits an interval that is longer than that', { lag: 1e9, intervalMs: 5_000 }, 5_000],
    ['does not wait if the windows fill the memory', { pendingWindows: 20_000, lag: 1e9 }, 0],
    ['waits if there are fewer', { pendingWindows: 19_999 }, 250],
  ])('%s', (_what, state, delay) => {
    expect(flushDelayMs({ pendingWindows: 100, lag: 0, intervalMs: 250, ...state })).toBe(delay)
  })
})
