import type { Logger } from '@patterns/shared/logger.ts'
import type { PartitionConsumer } from '../partitionConsumer.ts'
import type { FetchedPartition } from './fetch.ts'
import { UnreadableBatchError } from '../unreadableBatchError.ts'
import { decompress } from './decompress.ts'
import { protocolError } from './kafkajs/kafkajs.ts'
import { type DecodedRecords, decodeRecords } from './recordBatch.ts'

const offsetOutOfRange = 1
/** UNKNOWN_TOPIC_ID and INCONSISTENT_TOPIC_ID: the topic was deleted, and maybe created again. */
const anotherTopic = new Set([100, 103])

export interface Receiver {
  readonly consumer: PartitionConsumer
  readonly logger: Logger
  /** Whether the broker was asked for this partition before the others: then it sends a batch whole, however large. */
  readonly wasFirst: boolean
}

/**
 * Hands what one partition got, asked for from `offset`, to its consumer.
 * @returns whether there was any of it
 * @throws if the broker has an error for it: whatever that is, it may pass. What we cannot read fails the consumer
 */
export const deliverFetched = async (
  { partition, errorCode, records, aborted, endOffset, isDiverging }: FetchedPartition,
  offset: number,
  { consumer, logger, wasFirst }: Receiver,
): Promise<boolean> => {
  if (errorCode === offsetOutOfRange || isDiverging) {
    logger.warn(
      { partition, offset },
      'the topic does not hold the next offset, or what came before it; asking the owner again',
    )
    consumer.reassign()
    throw new Error(`the partition does not hold offset ${offset}`)
  }
  if (anotherTopic.has(errorCode)) throw new Error('the topic was deleted')
  if (errorCode !== 0) throw protocolError(errorCode)
  let decoded: DecodedRecords
  try {
    decoded = await decodeRecords(records, offset, aborted, decompress)
  } catch (error) {
    // Unless it goes on from elsewhere by now.
    if (consumer.wanted() !== offset) return false
    consumer.fail(error instanceof UnreadableBatchError ? error.in(partition) : (error as Error))
    return false
  }
  const { messages, nextOffset, leaderEpoch } = decoded
  if (nextOffset > offset) {
    consumer.offer({ partition, firstOffset: offset, nextOffset, messages, endOffset, leaderEpoch })
    return true
  }
  if (records.length > 0 && wasFirst) throw new Error(`the batch at offset ${offset} does not come whole`)
  return false
}
