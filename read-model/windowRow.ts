import type { WindowState } from '@patterns/projections/windowState.ts'

/** A row of the window tables. Rows of one window in several shards are to be merged. */
export interface WindowRow {
  /** `null` in the totals: all patterns of the shard together. */
  readonly patternId: string | null
  /** Epoch milliseconds. */
  readonly start: number
  readonly state: WindowState
}
