import type { Granularity } from '@patterns/projections/window.ts'

/** Names a window's row within a shard. */
export interface WindowKey {
  /** `null` for all patterns of the shard together. */
  readonly patternId: string | null
  readonly granularity: Granularity
  /** Epoch milliseconds. */
  readonly start: number
}

/** The key as text, for maps; sorts by pattern and then by time within a granularity. */
export const keyText = (patternId: string | null, granularity: Granularity, start: number): string =>
  `${granularity}/${patternId ?? ''}/${start}`
