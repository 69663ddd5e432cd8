import { expect, inject, test } from 'vitest'
import { createRecordingOwner } from '../testing/recordingOwner.ts'
import { createTestTopic } from '../testing/kafkaTestTopic.ts'

const brokers = inject('kafkaBrokers')

test.skipIf(brokers === null)(
  'a topic that is created again while the owner opens its partition is asked about again, and not read on',
  async () => {
    const topic = await createTestTopic(brokers!, { partitions: 1 })
    const send = async (text: string, count: number) => {
      const publisher = topic.createPublisher()
      for (let i = 0; i < count; i++) await publisher.send({ key: 'k', value: `${text} ${i}` })
      await publisher.stop()
    }
    await send('old', 10)
    const opening = Promise.withResolvers<void>()
    const recreated = Promise.withResolvers<void>()
    let asked = 0
    const source = topic.createSource()
    const owner = createRecordingOwner({
      async assigned() {
        asked++
        if (asked > 1) return 0
        opening.resolve()
        await recreated.promise
        return 10
      },
    })
    await source.start(owner)
    await opening.promise
    await topic.recreate()
    await send('new', 30)
    recreated.resolve()
    await owner.until(() => owner.messages.length === 30)
    expect(asked).toBe(2)
    expect(owner.messages.map(({ offset }) => offset)).toEqual(Array.from({ length: 30 }, (_, i) => i))
    expect(owner.messages.every(({ value }) => value!.toString().startsWith('new'))).toBe(true)
    await source.stop()
    await topic.remove()
  },
  60_000,
)
