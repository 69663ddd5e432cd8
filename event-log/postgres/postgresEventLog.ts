import type pg from 'pg'
import type { EventLog } from '../eventLog.ts'
import { appendSegments } from './appendSegments.ts'
import { findClaims } from './claims.ts'
import { listShards, nameTopic, openShard, readHead } from './readHead.ts'
import { readRanges } from './readRanges.ts'
import { findPositions } from './findPositions.ts'
import { createSegmentPartitions } from './segmentPartitions.ts'
import { findPositionBefore, findRangesOf, readRecentIds, readSegments } from './readSegments.ts'
import { registerPatterns } from './registerPatterns.ts'
import { splitPatterns } from './splitPatterns.ts'

/** The event log in Postgres: a row of `event_log_segments` holds the events of one batch. */
export const createPostgresEventLog = ({ pool }: { readonly pool: pg.Pool }): EventLog => {
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
    readRanges: (shard, ranges) => readRanges(pool, shard, ranges),
    positionsOf: (shard, ranges, sought) => findPositions(pool, shard, ranges, sought),
    rangesOf: (shard, span) => findRangesOf(pool, shard, span),
    positionBefore: (shard, sourceOffset) => findPositionBefore(pool, shard, sourceOffset),
    recentIds: (shard, count) => readRecentIds(pool, shard, count),
    registerPatterns: (shard, patternIds) => registerPatterns(pool, shard, patternIds),
    splitPatterns: (...split) => splitPatterns(pool, ...split),
    findClaims: (eventIds) => findClaims(pool, eventIds),
  }
}
