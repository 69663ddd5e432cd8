import { createLogger } from '@patterns/shared/logger.ts'
import { beforeEach, describe, expect, test } from 'vitest'
import { createReadFailures, type ReadFailures } from './readFailures.ts'

describe('failures of single partitions', () => {
  let now: number
  let failures: ReadFailures
  beforeEach(() => {
    now = 1_000_000
    failures = createReadFailures(createLogger('test', 'silent'), () => now)
  })
  const denied = new Error('not allowed')

  test('are tried again ever more slowly, at least every five seconds, and hold up no other', () => {
    let tries = 0
    for (const end = now + 60_000; now < end; now += 10) {
      if (!failures.isDue(1)) continue
      failures.failed(1, denied)
      tries++
    }
    expect(tries).toBeGreaterThanOrEqual(12)
    expect(tries).toBeLessThan(40)
    expect(failures.isDue(0)).toBe(true)
    expect(failures.isFailing(0)).toBe(false)
  })

  test('are told once they last, with the newest reason, and no more once the partition is read', () => {
    failures.failed(1, new Error('no answer'), now - 4_000)
    expect(failures.lasting()).toEqual([])
    now += 1_000
    failures.failed(1, denied)
    expect(failures.lasting()).toEqual([{ partition: 1, error: denied }])
    failures.succeeded(1)
    expect(failures.lasting()).toEqual([])
    expect(failures.isDue(1)).toBe(true)
  })

  test('say when the next one may be tried', () => {
    expect(failures.dueInMs([0, 1], 250)).toBe(250)
    failures.failed(1, denied)
    const due = failures.dueInMs([0, 1], 250)
    expect(due).toBeGreaterThan(0)
    expect(due).toBeLessThanOrEqual(100)
    expect(failures.dueInMs([0], 250)).toBe(250)
  })

  test('are forgotten if the partition is no longer ours', () => {
    failures.failed(0, denied)
    failures.failed(1, 'no error at all')
    failures.keepOnly(new Set([1]))
    now += 5_000
    expect(failures.lasting()).toEqual([{ partition: 1, error: new Error('no error at all') }])
  })
})
