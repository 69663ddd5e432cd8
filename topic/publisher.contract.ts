import { expect, it } from 'vitest'
import type { Delivery } from './publisher.ts'
import type { TopicFixture } from './testing/topicFixture.ts'

/** What every publisher keeps to: where a message goes, and how much may wait. */
export const publisherContract = (fixture: TopicFixture): void => {
  it('puts the same key in the same partition, and a given partition wins', async () => {
    const deliveries = await fixture.publish([
      { key: 'k', value: '1' },
      { key: Buffer.from('k'), value: '2' },
      { key: 'k', value: '3', partition: 3 },
      { key: 'k', value: '4', partition: 2 },
    ])
    const partitions = deliveries.map(({ partition }) => partition)
    expect(partitions[1]).toBe(partitions[0])
    expect(partitions.slice(2)).toEqual([3, 2])
  })

  it('spreads messages without a key over the partitions', async () => {
    const deliveries = await fixture.publish(Array.from({ length: 8 }, () => ({ key: null, value: 'v' })))
    expect(new Set(deliveries.map(({ partition }) => partition)).size).toBe(4)
  })

  it('gathers messages into batches and keeps back a producer that is too fast', async () => {
    await fixture.replacePublisher({ batching: { maxMessages: 100, maxPendingBytes: 50_000 } })
    const sent: Promise<Delivery>[] = []
    let acknowledged = 0
    let maxPending = 0
    for (let index = 0; index < 3_000; index++) {
      await fixture.publisher.ready()
      sent.push(fixture.publisher.send({ key: `${index}`, value: 'x'.repeat(500) }))
      sent.at(-1)!.then(
        () => acknowledged++,
        () => undefined,
      )
      maxPending = Math.max(maxPending, sent.length - acknowledged)
    }
    await fixture.publisher.flush()
    const deliveries = await Promise.all(sent)
    expect(maxPending).toBeLessThan(300)
    const places = new Set(deliveries.map(({ partition, offset }) => `${partition}/${offset}`))
    expect(places.size).toBe(3_000)
  })

  it('sends what waits on stop, and takes nothing afterwards', async () => {
    const sent = fixture.publisher.send({ key: 'k', value: 'v' })
    await fixture.publisher.stop()
    expect(await sent).toMatchObject({ offset: 0 })
    await expect(fixture.publisher.send({ key: 'k', value: 'v' })).rejects.toThrow('stopped')
  })
}
