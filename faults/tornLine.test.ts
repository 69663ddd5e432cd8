import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { benchmarkMessages } from '@patterns/generator/benchmark.ts'
import type { ValidMessage } from '@patterns/generator/validMessage.ts'
import { encodeLine } from '@patterns/topic/file/fileLine.ts'
import { expect, test } from 'vitest'
import { expectExact, readProgress, untilSettled } from './testing/expectExact.ts'
import { faultyMessages } from './testing/faultyLoad.ts'
import { createPipelineFixture, type PipelineFixture } from './testing/pipelineFixture.ts'
import type { SentMessage } from './testing/sentMessage.ts'

/** Sends plain messages to partition 0. */
const sendSome = async ({ ledger }: PipelineFixture, seed: string): Promise<SentMessage[]> => {
  const plain = [...faultyMessages(seed, 60)].filter(({ kind }) => kind === 'plain')
  return ledger.sendAs('event', ...plain.map(({ message }) => ({ ...message, partition: 0 })))
}

/** What a publisher leaves that dies while it writes: the beginning of a line, without its end. */
const tear = async ({ dataDir, topic }: PipelineFixture, line: string | Buffer): Promise<void> => {
  await appendFile(join(dataDir, 'topic', topic, '0.ndjson'), line)
}

const lost: ValidMessage = benchmarkMessages({ seed: 'torn', count: 1, startAt: Date.UTC(2026, 0, 5) }).next()
  .value

const sent = ({ key, value, timestamp }: ValidMessage) => ({
  partition: 0,
  key: Buffer.from(key),
  value: Buffer.from(value),
  timestamp,
  headers: undefined,
})

const takenOf = async ({ pool }: PipelineFixture): Promise<number | undefined> =>
  (await readProgress(pool)).taken.get(0)

test(
  'a last line that a crash tore is no message, and one that lacks only its end becomes one',
  { timeout: 240_000 },
  async () => {
    const fixture = await createPipelineFixture({})
    try {
      await sendSome(fixture, 'before')
      const processor = await fixture.start()
      await untilSettled(fixture)

      const line = encodeLine({ ...lost, value: '{"text":"Kreisläufer"}' })
      const cuts = [Buffer.from('{'), Buffer.from(line).subarray(0, line.indexOf('ä') + 1), Buffer.of(0xff)]
      for (const [index, cut] of cuts.entries()) {
        const before = await takenOf(fixture)
        await tear(fixture, cut)
        if (index === 1) {
          await processor.kill()
          await fixture.start()
        }
        // The next publisher ends the torn line: it takes an offset, and is not a record.
        await sendSome(fixture, `after ${index}`)
        await untilSettled(fixture)
        expect(await takenOf(fixture)).toBeGreaterThan(before!)
      }

      // Complete but for its end, it is a message once somebody else ends it; its own publisher, which was
      // told of no success, sends it again.
      const end = await takenOf(fixture)
      await tear(fixture, encodeLine(lost).slice(0, -1))
      await fixture.publisher().send({ ...lost, partition: 0 })
      fixture.ledger.add({ ...sent(lost), offset: end!, fate: 'event' })
      fixture.ledger.add({ ...sent(lost), offset: end! + 1, fate: 'duplicate' })
      await sendSome(fixture, 'last')
      await untilSettled(fixture)
      await expectExact(fixture)
    } finally {
      await fixture.close()
    }
  },
)
