import type { Logger } from '@patterns/shared/logger.ts'
import type { PartitionLane } from '../partitionLane.ts'
import type { FetchedPartition } from './fetch.ts'
import { decompress } from './decompress.ts'
import { protocolError } from './kafkajs/kafkajs.ts'
import { decodeRecords } from './recordBatch.ts'

const offsetOutOfRange = 1
/** UNKNOWN_TOPIC_ID and INCONSISTENT_TOPIC_ID: the topic was deleted, and maybe created anew. */
const anotherTopic = new Set([100, 103])
/** UNKNOWN_SERVER_ERROR, which kafkajs takes for final. */
const unknownServerError = -1

export interface Receiver {
  readonly lane: PartitionLane
  readonly logger: Logger
}

/**
 * Hands what one partition got, asked for from `offset`, to its lane.
 * @returns whether there was any of it
 * @throws where the metadata is stale or the broker is in trouble: what cannot be mended by asking again fails the lane,
 * a batch that cannot be read among it
 */
export const deliverFetched = async (
  { partition, errorCode, records, aborted, endOffset }: FetchedPartition,
  offset: number,
  { lane, logger }: Receiver,
): Promise<boolean> => {
  if (errorCode === offsetOutOfRange) {
    logger.warn({ partition, offset }, 'the topic does not hold the next offset; asking the owner again')
    lane.reassign()
    return false
  }
  if (anotherTopic.has(errorCode)) throw new Error('the topic was deleted')
  if (errorCode !== 0) {
    const error = protocolError(errorCode)
    if (error.retriable || errorCode === unknownServerError) throw error
    lane.fail(error)
    return false
  }
  try {
    const { messages, nextOffset } = await decodeRecords(records, offset, aborted, decompress)
    if (nextOffset === offset) return false
    lane.offer({ partition, firstOffset: offset, nextOffset, messages, endOffset })
    return true
  } catch (error) {
    // Unless it goes on from elsewhere by now.
    if (lane.wanted() === offset) lane.fail(error as Error)
    return false
  }
}
