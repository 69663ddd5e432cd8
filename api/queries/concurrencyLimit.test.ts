import { describe, expect, it } from 'vitest'
import { TooBusyError } from './queryErrors.ts'
import { createConcurrencyLimit } from './concurrencyLimit.ts'

describe('costly reads', () => {
  it('are for a few at a time; if too many wait, the next one is refused', async () => {
    const limit = createConcurrencyLimit({ maxAtOnce: 1, maxWaiting: 1 })
    const { promise, resolve } = Promise.withResolvers<string>()
    const first = limit(() => promise)
    const second = limit(async () => 'second')
    await expect(limit(async () => 'third')).rejects.toThrow(TooBusyError)
    resolve('first')
    expect(await Promise.all([first, second])).toEqual(['first', 'second'])
    expect(await limit(async () => 'fourth')).toBe('fourth')
  })
})
