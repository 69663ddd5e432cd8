import { createLogger } from '@patterns/shared/logger.ts'
import { expect, onTestFinished, test } from 'vitest'
import { createPartitionConsumer } from './partitionConsumer.ts'
import { createRecordingOwner } from './testing/recordingOwner.ts'

const batchAt = (firstOffset: number) => ({
  partition: 0,
  firstOffset,
  nextOffset: firstOffset + 10,
  messages: [],
  endOffset: 100,
})

/** A consumer whose owner takes nothing until it may. */
const openConsumer = async () => {
  const gate = Promise.withResolvers<void>()
  const owner = createRecordingOwner({ take: () => gate.promise })
  const consumer = createPartitionConsumer({
    partition: 0,
    owner,
    ends: async () => ({ startOffset: 0, endOffset: 100 }),
    onWanted: () => {},
    logger: createLogger('test', 'silent'),
  })
  onTestFinished(async () => {
    gate.resolve()
    await consumer.close()
  })
  await owner.until(() => consumer.wanted() === 0)
  return { consumer, owner, gate }
}

test('a consumer that fails takes what was offered before, and then stops', async () => {
  const { consumer, owner, gate } = await openConsumer()
  consumer.offer(batchAt(0))
  await owner.until(() => owner.batches.length === 1)
  consumer.offer(batchAt(10))
  consumer.fail(new Error('offset 20 cannot be read'))
  expect([consumer.wanted(), consumer.failure()]).toEqual([undefined, undefined])
  gate.resolve()
  await owner.until(() => consumer.failure() !== undefined)
  expect(owner.batches.map(({ firstOffset }) => firstOffset)).toEqual([0, 10])
  expect([consumer.position(), consumer.failure()?.message]).toEqual([20, 'offset 20 cannot be read'])

  consumer.beginAgain()
  await owner.until(() => consumer.wanted() === 20)
  expect(consumer.failure()).toBeUndefined()
})

test('a consumer that is to go on from elsewhere by then does not stop', async () => {
  const { consumer, owner, gate } = await openConsumer()
  consumer.offer(batchAt(0))
  await owner.until(() => owner.batches.length === 1)
  consumer.fail(new Error('offset 10 cannot be read'))
  consumer.reassign()
  gate.resolve()
  await owner.until(() => consumer.wanted() === 10)
  expect(consumer.failure()).toBeUndefined()
})
