import type pg from 'pg'
import type { EventLog } from '../eventLog.ts'
import { appendSegments } from './appendSegments.ts'
import { findClaims } from './claims.ts'
import { listShards, nameTopic, openShard, readHead } from './readHead.ts'
import { createRangeReader } from './readRanges.ts'
import { createSegmentPartitions } from './segmentPartitions.ts'
import { findPositionBefore, findRangesOf, readRecentIds, readSegments } from './readSegments.ts'
import { registerPatterns } from './registerPatterns.ts'
import { splitPatterns } from './splitPatterns.ts'

export interface PostgresEventLogOptions {
  readonly pool: pg.Pool
  /** What `readRanges` may keep in memory of what it read, in bytes. */
  readonly maxCachedBytes?: number
}

/** The event log in Postgres: a row of `event_log_segments` holds the events of one batch. */
export const createPostgresEventLog = ({ pool, maxCachedBytes = 0 }: PostgresEventLogOptions): EventLog => {
  const partitions = createSegmentPartitions(pool)
  return {
    shards: () => listShards(pool),
    head: (shard) => readHead(pool, shard),
    open: (shard, firstSourceOffset) => openShard(pool, shard, firstSourceOffset),
    nameTopic: (shard, topicId, head) => nameTopic(pool, shard, topicId, head),
    async append(append) {
      await partitions.reach(append.expected.position + append.events.length)
      return appendSegments(pool, append)
    },
    read: (shard, afterPosition) => readSegments(pool, shard, afterPosition),
    readRanges: createRangeReader({ pool, maxCachedBytes }),
    rangesOf: (shard, span) => findRangesOf(pool, shard, span),
    positionBefore: (shard, sourceOffset) => findPositionBefore(pool, shard, sourceOffset),
    recentIds: (shard, count) => readRecentIds(pool, shard, count),
    registerPatterns: (shard, patternIds) => registerPatterns(pool, shard, patternIds),
    splitPatterns: (...split) => splitPatterns(pool, ...split),
    findClaims: (eventIds) => findClaims(pool, eventIds),
  }
}
