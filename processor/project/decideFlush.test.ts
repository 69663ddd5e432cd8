import { describe, expect, it } from 'vitest'
import { decideFlush, type FlushState } from './decideFlush.ts'

const pending: FlushState = {
  pendingEvents: 1_000,
  pendingWindows: 100,
  pendingForMs: 0,
  lag: 0,
  intervalMs: 250,
}

describe('a flush', () => {
  it.each<[string, Partial<FlushState>, 'flush' | 'wait']>([
    ['waits while nothing is pending', { pendingEvents: 0, pendingForMs: 1e9, pendingWindows: 1e9 }, 'wait'],
    ['waits until the oldest event has waited its interval', { pendingForMs: 249 }, 'wait'],
    ['comes then', { pendingForMs: 250 }, 'flush'],
    [
      'comes then also for a single event',
      { pendingEvents: 1, pendingWindows: 1, pendingForMs: 250 },
      'flush',
    ],
    ['does not wait longer for a small lag', { pendingForMs: 250, lag: 9_999 }, 'flush'],
    ['waits longer in a backlog', { pendingForMs: 250, lag: 10_000 }, 'wait'],
    ['waits two seconds at most in a backlog', { pendingForMs: 1_999, lag: 1e9 }, 'wait'],
    ['comes after two seconds in a backlog', { pendingForMs: 2_000, lag: 1e9 }, 'flush'],
    [
      'keeps an interval that is longer than that',
      { pendingForMs: 2_000, lag: 1e9, intervalMs: 5_000 },
      'wait',
    ],
    ['comes at once where the windows fill the memory', { pendingWindows: 20_000, lag: 1e9 }, 'flush'],
    ['does not come at once for fewer', { pendingWindows: 19_999 }, 'wait'],
  ])('%s', (_what, state, decision) => {
    expect(decideFlush({ ...pending, ...state })).toBe(decision)
  })
})
