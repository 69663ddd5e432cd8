import { describe, expect, it } from 'vitest'
import { TooBusyError } from './queryErrors.ts'
import { createTurns } from './turns.ts'

describe('turns at costly reads', () => {
  it('are for a few at a time; when too many wait, who comes is told to come again', async () => {
    const turns = createTurns({ maxAtOnce: 1, maxWaiting: 1 })
    const { promise, resolve } = Promise.withResolvers<string>()
    const first = turns(() => promise)
    const second = turns(async () => 'second')
    await expect(turns(async () => 'third')).rejects.toThrow(TooBusyError)
    resolve('first')
    expect(await Promise.all([first, second])).toEqual(['first', 'second'])
    expect(await turns(async () => 'fourth')).toBe('fourth')
  })
})
