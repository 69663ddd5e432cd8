import { createLogger } from '@patterns/shared/logger.ts'
import type { TopicBatch } from '@patterns/shared/contract/topicMessage.ts'
import { expect, test } from 'vitest'
import type { PartitionConsumer } from '../partitionConsumer.ts'
import { UnreadableBatchError } from '../unreadableBatchError.ts'
import { deliverFetched } from './deliverFetched.ts'
import { encodeRecordBatch } from '../testing/encodeRecordBatch.ts'

const partition = 3
const message = { key: null, value: 'a', timestamp: 10 }
const batch = await encodeRecordBatch([message, message], { producerId: 1n })
const damaged = Buffer.from(batch)
damaged[62]! ^= 1

/** Delivers what was asked for from offset 0, to a consumer that wants `wanted` by then. */
const deliver = async (records: Buffer, { wanted = 0, wasFirst = true } = {}) => {
  const offered: TopicBatch[] = []
  const failures: Error[] = []
  const consumer: Pick<PartitionConsumer, 'wanted' | 'offer' | 'fail'> = {
    wanted: () => wanted,
    offer: (one) => void offered.push(one),
    fail: (error) => void failures.push(error),
  }
  const isAny = await deliverFetched(
    { partition, errorCode: 0, records, aborted: [], isDiverging: false, endOffset: 2 },
    0,
    {
      consumer: consumer as PartitionConsumer,
      logger: createLogger('test', 'silent'),
      wasFirst,
    },
  )
  return { isAny, offered, failures }
}

test('what was fetched is offered as one batch', async () => {
  const { isAny, offered, failures } = await deliver(batch)
  expect({ isAny, failures }).toEqual({ isAny: true, failures: [] })
  expect(offered).toMatchObject([{ partition, firstOffset: 0, nextOffset: 2, endOffset: 2 }])
})

test('a batch that cannot be read fails the consumer, with the command that goes on behind it', async () => {
  const { isAny, offered, failures } = await deliver(damaged)
  expect({ isAny, offered }).toEqual({ isAny: false, offered: [] })
  expect(failures).toMatchObject([
    {
      name: 'UnreadableBatchError',
      message: expect.stringContaining('shards skip --shard 3'),
      batch: { nextOffset: 2 },
    },
  ])
  expect(failures[0]).toBeInstanceOf(UnreadableBatchError)
})

test('a batch that cannot be read stops nobody who goes on from elsewhere by now', async () => {
  expect(await deliver(damaged, { wanted: 2 })).toEqual({ isAny: false, offered: [], failures: [] })
})

test('a torn batch waits for its turn to come whole, and is told of if it never does', async () => {
  const torn = batch.subarray(0, -1)
  expect(await deliver(torn, { wasFirst: false })).toEqual({ isAny: false, offered: [], failures: [] })
  await expect(deliver(torn)).rejects.toThrow('the batch at offset 0 does not come whole')
})
