/** Besides the shards: trends, standings, compaction, the watches, notifications and health. */
const others = 6

/** Two processors and an api fit into the 100 connections that Postgres allows unless told otherwise. */
const max = 40

/**
 * How many connections a process needs at most: each shard takes a batch and flushes beside it. Where there are more
 * shards than connections they wait for one another, which is no failure and takes no longer: it is the same disk.
 */
export const poolSizeFor = (shards: number): number => Math.min(max, 2 * shards + others)
