import { expect, it } from 'vitest'
import { createFreshness } from './freshness.ts'

const at = (...positions: number[]) => new Map(positions.map((position, shard) => [shard, position]))
const seen = (windows: Map<number, number>, standings?: Map<number, number>) => ({
  windows,
  standings: standings && { vector: standings, closedUntil: 0 },
})

it('standings that account for all windows are whole when they are looked at', () => {
  const freshness = createFreshness(100)
  expect([freshness.lagEvents(), freshness.wholeUntil()]).toEqual([0, 100])
  freshness.saw(seen(at(5, 7), at(5, 7)), 200)
  expect([freshness.lagEvents(), freshness.wholeUntil()]).toEqual([0, 200])
})

it('standings that are refreshed by another processor were whole when their windows were seen', () => {
  const freshness = createFreshness(100)
  freshness.saw(seen(at(5, 7)), 200)
  expect([freshness.lagEvents(), freshness.wholeUntil()]).toEqual([12, 100])
  freshness.saw(seen(at(6, 9), at(5, 6)), 300)
  expect([freshness.lagEvents(), freshness.wholeUntil()]).toEqual([4, 100])
  freshness.saw(seen(at(8, 9), at(6, 8)), 400)
  expect([freshness.lagEvents(), freshness.wholeUntil()]).toEqual([3, 200])
  freshness.saw(seen(at(9, 9), at(8, 9)), 500)
  expect([freshness.lagEvents(), freshness.wholeUntil()]).toEqual([1, 400])
})
