import type { TopicBatch } from '@patterns/shared/contract/topicMessage.ts'
import { expect, it } from 'vitest'
import { createRecordingOwner } from './testing/recordingOwner.ts'
import { numbered, type TopicFixture } from './testing/topicFixture.ts'

/** How every source treats the owners of its partitions: one batch at a time, each apart from the others. */
export const ownerContract = ({ publish, startSource }: TopicFixture): void => {
  it('takes one batch of a partition at a time, and other partitions meanwhile', async () => {
    const running = new Set<number>()
    let isOverlapping = false
    let max = 0
    await publish(numbered(2_000))
    const owner = createRecordingOwner({
      take: async ({ partition }: TopicBatch) => {
        isOverlapping ||= running.has(partition)
        running.add(partition)
        max = Math.max(max, running.size)
        await owner.until(() => owner.batches.length >= 4 || owner.messages.length > 0)
        running.delete(partition)
      },
    })
    await startSource(owner, { maxBytesPerPartition: 10_000 })
    await owner.until(() => owner.messages.length === 2_000)
    expect(isOverlapping).toBe(false)
    expect(max).toBe(4)
  })

  it('reads on in other partitions while the owner hangs in one', async () => {
    const release = Promise.withResolvers<void>()
    const owner = createRecordingOwner({
      take: async ({ partition }) => (partition === 0 ? release.promise : undefined),
    })
    await startSource(owner)
    await publish([{ key: null, value: 'stuck', partition: 0 }])
    await owner.until(() => owner.batches.length === 1)
    for (let round = 1; round <= 5; round++) {
      await publish([1, 2, 3].map((partition) => ({ key: null, value: 'v', partition })))
      await owner.until(() => owner.messages.length === round * 3)
    }
    release.resolve()
    await owner.until(() => owner.messages.length === 16)
  })

  it('stops only the partition whose owner throws, and reports it', async () => {
    const owner = createRecordingOwner({
      take: ({ partition }) => {
        if (partition === 2) throw new Error('bug on one event')
      },
    })
    const source = await startSource(owner)
    const everywhere = [0, 1, 2, 3].map((partition) => ({ key: null, value: 'v', partition }))
    await publish(everywhere)
    await owner.until(() => owner.messages.length === 3 && source.stopped().length === 1)
    await publish(everywhere)
    await owner.until(() => owner.messages.length === 6)
    expect(source.stopped()).toEqual([{ partition: 2, error: new Error('bug on one event') }])
    expect(owner.batches.filter(({ partition }) => partition === 2)).toHaveLength(1)
    expect(source.status()).toBe('up')
  })

  it('leaves a partition alone that the owner refuses', async () => {
    const owner = createRecordingOwner({
      assigned: (partition) => {
        if (partition === 3) throw new Error('its end is below what is stored')
        return 0
      },
    })
    const source = await startSource(owner)
    await publish([0, 1, 2, 3].map((partition) => ({ key: null, value: 'v', partition })))
    await owner.until(() => owner.messages.length === 3 && source.stopped().length === 1)
    expect(source.stopped()[0]).toMatchObject({ partition: 3 })
    await source.stop()
    expect(owner.log.filter((line) => line.startsWith('revoked')).toSorted()).toEqual([
      'revoked 0',
      'revoked 1',
      'revoked 2',
    ])
  })

  it('stops a partition if the owner asks for an offset that it does not hold', async () => {
    const owner = createRecordingOwner({ offsets: new Map([[1, 5]]) })
    const source = await startSource(owner)
    await owner.until(() => source.stopped().length === 1)
    expect(source.stopped()[0]?.error.message).toBe(
      'Partition 1 cannot be read from offset 5: it holds 0 to 0',
    )
  })

  it('lets the batch under way end before it gives a partition up, and stops once', async () => {
    const release = Promise.withResolvers<void>()
    const owner = createRecordingOwner({
      take: async () => {
        await release.promise
        owner.log.push('took')
      },
    })
    const source = await startSource(owner)
    await publish([{ key: null, value: 'v', partition: 0 }])
    await owner.until(() => owner.batches.length === 1)
    // One that is not assigned yet is not revoked either.
    await owner.until(() => owner.log.filter((line) => line.startsWith('assigned')).length === 4)
    const stopped = Promise.all([source.stop(), source.stop()])
    await owner.until(() => owner.log.filter((line) => line.startsWith('revoked')).length === 3)
    expect(owner.log).not.toContain('revoked 0')
    release.resolve()
    await stopped
    expect(owner.log.slice(-2)).toEqual(['took', 'revoked 0'])
  })

  it('tells a waiting owner that the partition is no longer its own', async () => {
    const owner = createRecordingOwner({
      take: async (_, alive) => {
        for (;;) {
          await alive()
          await new Promise((resolve) => setTimeout(resolve, 5))
        }
      },
    })
    const source = await startSource(owner)
    await publish([{ key: null, value: 'v', partition: 0 }])
    await owner.until(() => owner.batches.length === 1)
    await source.stop()
    expect(source.stopped()).toEqual([])
    expect(owner.log).toContain('revoked 0')
    expect(owner.messages).toEqual([])
  })
}
