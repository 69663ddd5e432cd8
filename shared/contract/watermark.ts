/** Before the first event of a shard. */
export const noWatermark = Number.NEGATIVE_INFINITY

/**
 * How far event time has come in a shard: the greatest min(occurred_at, record time) so far, in epoch milliseconds.
 * No record time is ahead of the clock that its event was taken by, so nor is this.
 */
export const advanceWatermark = (watermark: number, occurredAt: number, recordedAt: number): number =>
  Math.max(watermark, Math.min(occurredAt, recordedAt))
