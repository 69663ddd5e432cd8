/** Before the first event of a shard nothing is late. */
export const noWatermark = Number.NEGATIVE_INFINITY

/**
 * How far event time has come in a shard: the greatest min(occurred_at, broker timestamp) so far, in
 * epoch milliseconds. The minimum keeps one clock that runs ahead from closing windows for all others.
 */
export const advanceWatermark = (watermark: number, occurredAt: number, recordedAt: number): number =>
  Math.max(watermark, Math.min(occurredAt, recordedAt))
