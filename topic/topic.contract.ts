import { describe } from 'vitest'
import { deliveryContract } from './delivery.contract.ts'
import { ownerContract } from './owner.contract.ts'
import { publisherContract } from './publisher.contract.ts'
import { recreatedTopicContract } from './recreatedTopic.contract.ts'
import { sourceContract } from './source.contract.ts'
import { createTopicFixture, type TopicUnderTest } from './testing/topicFixture.ts'

/** What every pair of source and publisher keeps to, whatever carries the messages. */
export const describeTopic = (name: string, open: () => Promise<TopicUnderTest>): void => {
  describe(`${name} as a topic`, () => {
    const fixture = createTopicFixture(open)
    deliveryContract(fixture)
    publisherContract(fixture)
    sourceContract(fixture)
    ownerContract(fixture)
    recreatedTopicContract(fixture)
  })
}
