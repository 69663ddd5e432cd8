import type { PositionRange } from './eventLog.ts'

/** A log has no events if it should have some: rows were deleted by hand, or a backup was restored in part. */
export class MissingPositionsError extends Error {
  override readonly name = 'MissingPositionsError'
  readonly shard: number
  readonly missing: PositionRange

  constructor(shard: number, missing: PositionRange) {
    super(
      `The log of shard ${shard} has no events at positions ${missing.first} to ${missing.last}: rows of ` +
        'event_log_segments were deleted, or a backup was restored in part. Restore them; nothing is skipped.',
    )
    this.shard = shard
    this.missing = missing
  }
}
