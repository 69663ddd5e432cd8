import { createMemoryEventLog } from '@patterns/event-log/testing/memoryEventLog.ts'
import { describe, expect, it, vi } from 'vitest'
import { createKnownPatterns } from './knownPatterns.ts'
import type { FindPlaces } from './patternPlaces.ts'

const patternOf = (pattern: number) => ({
  patternId: `0197a3b4-5c6d-4e8f-9012-${String(pattern).padStart(12, '0')}`,
})
const [first, second, third] = [patternOf(1), patternOf(2), patternOf(3)]

const createFixture = async (maxKnown?: number) => {
  const log = createMemoryEventLog()
  await Promise.all([log.open(0, 0), log.open(1, 0)])
  const registered = vi.spyOn(log, 'registerPatterns')
  const split = vi.spyOn(log, 'splitPatterns')
  const placesOf = vi.fn<FindPlaces>(async () => [])
  const knownTo = (shard: number) =>
    createKnownPatterns({ log, shard, placesOf, ...(maxKnown === undefined ? {} : { maxKnown }) })
  return { registered, split, placesOf, knownTo }
}

describe('the patterns that a shard knows', () => {
  it('are asked for once, and are its own if no other shard has them', async () => {
    const { registered, split, knownTo } = await createFixture()
    const patterns = knownTo(0)
    expect(await patterns.splitAmong([first, second, first])).toEqual(new Set())
    expect(await patterns.splitAmong([first, second, third])).toEqual(new Set())
    expect(await patterns.splitAmong([third, first])).toEqual(new Set())
    expect(registered.mock.calls).toEqual([
      [0, [first.patternId, second.patternId]],
      [0, [third.patternId]],
    ])
    expect(split).not.toHaveBeenCalled()
  })

  it('are split if another shard has them', async () => {
    const { registered, split, placesOf, knownTo } = await createFixture()
    await knownTo(0).splitAmong([first, second])
    const patterns = knownTo(1)
    expect(await patterns.splitAmong([first, third])).toEqual(new Set([first.patternId]))
    expect(await patterns.splitAmong([third, first])).toEqual(new Set([first.patternId]))
    expect(await patterns.splitAmong([third])).toEqual(new Set())
    expect(split.mock.calls.map(([ids]) => ids)).toEqual([[first.patternId]])
    expect(placesOf.mock.calls).toEqual([[[first.patternId], 0, 0]])
    expect(registered).toHaveBeenCalledTimes(2)
  })

  it('are asked for again once one of them was split by another shard', async () => {
    const { knownTo } = await createFixture()
    const patterns = knownTo(0)
    await patterns.splitAmong([first, second])
    await knownTo(1).splitAmong([second])
    patterns.forget()
    expect(await patterns.splitAmong([first, second])).toEqual(new Set([second.patternId]))
  })

  it('are no more than are kept in mind, and right all the same', async () => {
    const { registered, knownTo } = await createFixture(2)
    await knownTo(0).splitAmong([second])
    const patterns = knownTo(1)
    for (let round = 0; round < 3; round++)
      expect(await patterns.splitAmong([first, second, third])).toEqual(new Set([second.patternId]))
    expect(registered).toHaveBeenCalledTimes(4)
  })
})
