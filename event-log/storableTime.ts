/** The year 1, and some year beyond 73,000: Postgres has both, and their difference fits into a varint exactly. */
const min = Date.parse('0001-01-01T00:00:00Z')
const max = 2 ** 51

/**
 * The broker's time as a log keeps it: itself, but within what a timestamp can be. A producer may send any
 * 64 bits for it (nanoseconds, say), and one such message must not stop its shard.
 */
export const storableTime = (timestamp: number): number => Math.min(Math.max(timestamp, min), max)
