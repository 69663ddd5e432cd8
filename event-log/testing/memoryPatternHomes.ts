import type { LogRecord } from '../eventLog.ts'
import type { EventClaim, EventPlace, PatternHomes } from '../patternHomes.ts'
import type { MemoryStore } from './memoryEventLog.ts'

/** A pattern's shards, and whether it is split over shards. */
export interface Home {
  readonly shards: readonly number[]
  isSplit: boolean
}

/** Whether none of these ids is claimed. */
export const areUnclaimed = ({ claims }: MemoryStore, wanted: readonly EventClaim[]): boolean =>
  wanted.every(({ eventId }) => !claims.has(eventId))

/** Claims ids for events of a shard; the first event that has an id keeps it. */
export const claimAll = ({ claims }: MemoryStore, shard: number, wanted: readonly EventClaim[]): void => {
  for (const { eventId, position } of wanted)
    if (!claims.has(eventId)) claims.set(eventId, { shard, position })
}

/** Patterns and claims in memory. What a call writes it writes at once, so there is nothing to lock. */
export const createMemoryPatternHomes = (store: MemoryStore): PatternHomes => ({
  registerPatterns: async (shard, patternIds) =>
    new Map(
      patternIds.map((patternId) => {
        const home = store.homes.get(patternId) ?? { shards: [shard], isSplit: false }
        store.homes.set(patternId, home)
        const isHere = home.shards.length === 1 && home.shards[0] === shard
        return [patternId, home.isSplit ? 'split' : isHere ? 'here' : 'elsewhere']
      }),
    ),
  async splitPatterns(patternIds, isTheirs, placesIn) {
    const open = () =>
      patternIds.map((patternId) => store.homes.get(patternId)!).filter(({ isSplit }) => !isSplit)
    const looked = new Map<number, { readonly records: readonly LogRecord[]; readonly before: number }>()
    for (const number of new Set(open().flatMap(({ shards }) => shards))) {
      const { records } = store.shards.get(number)!
      const before = records.length
      const places = await placesIn(number, before)
      looked.set(number, {
        records: places.flatMap(({ first, last }) => records.slice(first - 1, last)),
        before,
      })
    }
    // Others may have split them meanwhile.
    const homes = open()
    for (const number of new Set(homes.flatMap(({ shards }) => shards))) {
      const shard = store.shards.get(number)!
      const { records, before } = looked.get(number)!
      claimAll(store, number, [...records, ...shard.records.slice(before)].filter(isTheirs))
      shard.head = { ...shard.head, splits: shard.head.splits + 1 }
    }
    for (const home of homes) home.isSplit = true
  },
  findClaims: async (eventIds) =>
    new Map(
      eventIds.flatMap((eventId): [string, EventPlace][] => {
        const place = store.claims.get(eventId)
        return place === undefined ? [] : [[eventId, place]]
      }),
    ),
})
