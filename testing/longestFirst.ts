import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Files that wait for outages, kills and whole starts: a quarter of a minute to nearly two minutes each. */
const long = [
  'faults/kill',
  'faults/truncatedTopic',
  'topic/kafka/kafkaLeaders',
  'launcher/npmStart',
  'faults/outages',
  'topic/kafka/kafkaOutage',
  'faults/groups',
  'faults/splitPatterns',
  'topic/kafka/kafkaSilence',
  'topic/kafka/kafkaTls',
  'faults/',
]

const rank = ({ moduleId }: TestSpecification): number => {
  const found = long.findIndex((part) => moduleId.includes(part))
  return found < 0 ? long.length : found
}

/**
 * Begins with the long files, or the last of them would run alone at the end. vitest knows by itself what took long
 * the last time, but on a clean clone there is no last time.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // Not an array's own method.
    // oxlint-disable-next-line unicorn/no-array-sort
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b))
  }
}
