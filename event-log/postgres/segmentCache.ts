import { LRUCache } from 'lru-cache'

/** A segment, unpacked. What lies at a position of the log never changes. */
export interface UnpackedSegment {
  readonly first: number
  readonly last: number
  readonly ids: Buffer
  readonly raw: Buffer
}

/** Segments that were read, by the positions that they hold; the least recently used go first. */
export interface SegmentCache {
  /** A segment that holds a position; small ones are merged in time, so several may. */
  find(shard: number, position: number): UnpackedSegment | undefined
  put(shard: number, segment: UnpackedSegment): void
}

/** How many of the segments, which are in order of their first position, begin up to a position. */
const countUpTo = (segments: readonly UnpackedSegment[], position: number): number => {
  let [low, high] = [0, segments.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (segments[middle]!.first <= position) low = middle + 1
    else high = middle
  }
  return low
}

/** The segment itself, its key and its places. */
const bytesBeside = 500

/** @param maxBytes what the segments may take together; 0: none is kept */
export const createSegmentCache = (maxBytes: number): SegmentCache => {
  const byShard = new Map<number, UnpackedSegment[]>()
  const keyOf = (shard: number, { first, last }: UnpackedSegment): string => `${shard}/${first}/${last}`
  const entries = new LRUCache<string, { readonly shard: number; readonly segment: UnpackedSegment }>({
    maxSize: Math.max(1, maxBytes),
    sizeCalculation: ({ segment }) => segment.ids.length + segment.raw.length + bytesBeside,
    dispose({ shard, segment }) {
      const segments = byShard.get(shard)!
      segments.splice(segments.indexOf(segment, countUpTo(segments, segment.first - 1)), 1)
    },
  })
  const holding = (shard: number, position: number): UnpackedSegment | undefined => {
    const segments = byShard.get(shard) ?? []
    const segment = segments[countUpTo(segments, position) - 1]
    return segment === undefined || segment.last < position ? undefined : segment
  }

  return {
    find(shard, position) {
      const segment = holding(shard, position)
      if (segment !== undefined) entries.get(keyOf(shard, segment))
      return segment
    },
    put(shard, segment) {
      const known = holding(shard, segment.first)
      if (known !== undefined && known.last >= segment.last) return
      const segments = byShard.get(shard) ?? []
      byShard.set(shard, segments)
      // Those that were merged into it would hide it.
      const merged = segments.slice(countUpTo(segments, segment.first - 1), countUpTo(segments, segment.last))
      for (const other of merged) entries.delete(keyOf(shard, other))
      const key = keyOf(shard, segment)
      entries.set(key, { shard, segment })
      if (entries.has(key)) segments.splice(countUpTo(segments, segment.first), 0, segment)
    },
  }
}
