import { createLogger } from '@patterns/shared/logger.ts'
import { expect, onTestFinished, test } from 'vitest'
import { createPartitionLane } from './partitionLane.ts'
import { createRecordingOwner } from './testing/recordingOwner.ts'

const batchAt = (firstOffset: number) => ({
  partition: 0,
  firstOffset,
  nextOffset: firstOffset + 10,
  messages: [],
  endOffset: 100,
})

/** A lane whose owner takes nothing until it may. */
const openLane = async () => {
  const gate = Promise.withResolvers<void>()
  const owner = createRecordingOwner({ take: () => gate.promise })
  const lane = createPartitionLane({
    partition: 0,
    owner,
    ends: async () => ({ startOffset: 0, endOffset: 100 }),
    onWanted: () => {},
    logger: createLogger('test', 'silent'),
  })
  onTestFinished(async () => {
    gate.resolve()
    await lane.close()
  })
  await owner.until(() => lane.wanted() === 0)
  return { lane, owner, gate }
}

test('a lane that fails takes what was offered before, and then stops', async () => {
  const { lane, owner, gate } = await openLane()
  lane.offer(batchAt(0))
  await owner.until(() => owner.batches.length === 1)
  lane.offer(batchAt(10))
  lane.fail(new Error('offset 20 cannot be read'))
  expect([lane.wanted(), lane.failure()]).toEqual([undefined, undefined])
  gate.resolve()
  await owner.until(() => lane.failure() !== undefined)
  expect(owner.batches.map(({ firstOffset }) => firstOffset)).toEqual([0, 10])
  expect([lane.position(), lane.failure()?.message]).toEqual([20, 'offset 20 cannot be read'])

  lane.beginAgain()
  await owner.until(() => lane.wanted() === 20)
  expect(lane.failure()).toBeUndefined()
})

test('a lane that is to go on from elsewhere by then does not stop', async () => {
  const { lane, owner, gate } = await openLane()
  lane.offer(batchAt(0))
  await owner.until(() => owner.batches.length === 1)
  lane.fail(new Error('offset 10 cannot be read'))
  lane.reassign()
  gate.resolve()
  await owner.until(() => lane.wanted() === 10)
  expect(lane.failure()).toBeUndefined()
})
