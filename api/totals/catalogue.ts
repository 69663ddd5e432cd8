import { type CatalogueEntry, emptyEntry, mergeEntry } from '@patterns/projections/catalogue.ts'
import type { LaneIndex } from './laneIndex.ts'

/** What lists say of a pattern besides its numbers. Times are epoch milliseconds. */
export interface ListedPattern {
  /** Its number in the lane index. */
  readonly pattern: number
  readonly id: string
  readonly entry: CatalogueEntry
  /** Its name in lower case, to be searched; empty where it has none. */
  searchName: string
}

/** Every pattern that was ever seen. */
export interface Catalogue {
  readonly patterns: readonly ListedPattern[]
  /** Those of a type, or all; empty where no pattern is of that type. */
  ofType(patternType: string | undefined): readonly ListedPattern[]
  byNumber(pattern: number): ListedPattern | undefined
  /** By its id in lower case. */
  find(patternId: string): ListedPattern | undefined
  /** Takes in a row. A shard's row only ever comes to say more, so it is merged whatever was known. */
  merge(patternId: string, entry: CatalogueEntry): void
  clear(): void
}

export const createCatalogue = (lanes: LaneIndex): Catalogue => {
  const patterns: ListedPattern[] = []
  const byNumber = new Map<number, ListedPattern>()
  let byType: Map<string, ListedPattern[]> | undefined

  const types = (): Map<string, ListedPattern[]> => {
    if (byType !== undefined) return byType
    byType = Map.groupBy(
      patterns.filter(({ entry }) => entry.patternType !== null),
      ({ entry }) => entry.patternType!.value,
    )
    return byType
  }

  return {
    patterns,
    ofType: (patternType) => (patternType === undefined ? patterns : (types().get(patternType) ?? [])),
    byNumber: (pattern) => byNumber.get(pattern),
    find(patternId) {
      const pattern = lanes.find(patternId)
      return pattern === undefined ? undefined : byNumber.get(pattern)
    },
    merge(patternId, entry) {
      const pattern = lanes.pattern(patternId)
      let known = byNumber.get(pattern)
      if (known === undefined) {
        known = { pattern, id: patternId, entry: emptyEntry(), searchName: '' }
        byNumber.set(pattern, known)
        patterns.push(known)
        byType = undefined
      }
      const type = known.entry.patternType?.value
      // Only what lists show is kept: descriptions and tags of all patterns would fill the memory.
      mergeEntry(known.entry, { ...entry, description: null, tags: null, nodeType: null })
      known.searchName = known.entry.patternName?.value.toLowerCase() ?? ''
      if (known.entry.patternType?.value !== type) byType = undefined
    },
    clear() {
      patterns.length = 0
      byNumber.clear()
      byType = undefined
    },
  }
}
