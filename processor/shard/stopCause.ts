import { MissingPositionsError } from '@patterns/event-log/missingPositions.ts'
import { storable } from '@patterns/event-log/postgres/deadLetterJson.ts'
import type { StopCause } from '@patterns/event-log/shardStop.ts'
import { UnreadableBatchError } from '@patterns/topic/unreadableBatchError.ts'
import { ProjectionAheadError } from '../project/projectionAhead.ts'
import { ProjectionError } from '../project/projector.ts'
import { LostSourceError } from './lostSource.ts'
import { messageOf } from './messageOf.ts'

/** What an error that stops a shard is to operators: one place for all of them, so that each is told everywhere. */
export const stopCauseOf = (shard: number, error: unknown): StopCause => {
  // It may quote what a producer wrote.
  const message = storable(messageOf(error))
  if (error instanceof LostSourceError)
    return { reason: 'lost_source', message, command: `npm run cli -- shards adopt --shard ${shard}` }
  if (error instanceof UnreadableBatchError) {
    const command = `npm run cli -- shards skip --shard ${shard}`
    return { reason: 'unreadable_batch', message, command, batch: error.batch }
  }
  if (error instanceof MissingPositionsError) {
    // Of the shard with the hole: events of split patterns are looked for in the logs of others, too.
    const command = `npm run cli -- log verify --shard ${error.shard}`
    return { reason: 'missing_positions', message, command }
  }
  if (error instanceof ProjectionError) {
    const command = `npm run cli -- log export --with-position --shard ${shard}`
    return { reason: 'projection_error', message, command }
  }
  if (error instanceof ProjectionAheadError)
    return {
      reason: 'projection_ahead',
      message,
      command: `npm run cli -- projections rebuild --shard ${shard}`,
    }
  return { reason: 'failed', message, command: null }
}
