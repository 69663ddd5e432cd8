/** A record that tells of something this much later than itself has no time that means anything. */
const maxAheadMs = 24 * 3_600_000

/**
 * When a message was taken into the topic, as far as that can be believed, epoch milliseconds: what its record says, or
 * the clock of whoever takes it now. Brokers take the producer's time (`CreateTime`), which may be −1 (none), 1970, or
 * next year. Decided once: the log keeps it.
 */
export const recordTime = (timestamp: number, occurredAt: number, now: number): number =>
  timestamp > 0 && timestamp <= now && timestamp >= occurredAt - maxAheadMs ? timestamp : now
