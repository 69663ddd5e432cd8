import { describe } from 'vitest'
import { deliveryContract } from './delivery.contract.ts'
import { ownerContract } from './owner.contract.ts'
import { publisherContract } from './publisher.contract.ts'
import { recreatedTopicContract } from './recreatedTopic.contract.ts'
import { sourceContract } from './source.contract.ts'
import { createTopicScene, type TopicUnderTest } from './testing/topicFixture.ts'

/** What every pair of source and publisher keeps to, whatever carries the messages. */
export const describeTopic = (name: string, open: () => Promise<TopicUnderTest>): void => {
  describe(`${name} as a topic`, () => {
    const scene = createTopicScene(open)
    deliveryContract(scene)
    publisherContract(scene)
    sourceContract(scene)
    ownerContract(scene)
    recreatedTopicContract(scene)
  })
}
