import { describe, expect, it } from 'vitest'
import { createThrottle } from './throttle.ts'
import { createSteppedClock } from '../testing/steppedClock.ts'

/** Lets what is ready run. */
const settle = () => new Promise((resolve) => setImmediate(resolve))

describe('the throttle of background work', () => {
  it('rests nine times as long as a turn took, and no longer than two seconds', async () => {
    const clock = createSteppedClock(0)
    const throttle = createThrottle({ clock })
    const began: number[] = []
    const work = (takesMs: number) => async (): Promise<void> => {
      began.push(clock.elapsed())
      clock.step(takesMs)
    }
    const turns = [10, 1_000, 5].map((takesMs) => throttle.turn(work(takesMs)))
    await turns[0]
    await settle()
    clock.step(89)
    await settle()
    expect(began).toEqual([0])
    clock.step(1)
    await turns[1]
    await settle()
    clock.step(1_999)
    await settle()
    expect(began).toEqual([0, 100])
    clock.step(1)
    await turns[2]
    expect(began).toEqual([0, 100, 3_100])
  })

  it('gives the next its turn after one that failed', async () => {
    const clock = createSteppedClock(0)
    const throttle = createThrottle({ clock })
    const failed = throttle.turn(() => Promise.reject(new Error('no')))
    await expect(failed).rejects.toThrow('no')
    expect(await throttle.turn(() => Promise.resolve('yes'))).toBe('yes')
  })
})
