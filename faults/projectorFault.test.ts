import { foldEvent } from '@patterns/projections/fold.ts'
import { expect, inject, test } from 'vitest'
import type { ProcessorOptions } from '@patterns/processor/processor.ts'
import { expectExact, readProgress, untilSettled } from './testing/expectExact.ts'
import { faultyMessages } from './testing/faultyLoad.ts'
import { type InProcessProcessor, startInProcessProcessor } from './testing/inProcessProcessor.ts'
import { createPipelineFixture, type PipelineFixture } from './testing/pipelineFixture.ts'
import { readSentEvent } from './testing/sentEvent.ts'
import { until } from './testing/until.ts'

const brokers = inject('kafkaBrokers')
type Fold = NonNullable<ProcessorOptions['fold']>

const statusesOf = async ({ health }: Pick<InProcessProcessor, 'health'>) => {
  const { status, components } = await health()
  return { status, shards: components.shards.map((shard) => shard.status) }
}

/** Everything but shard 1 is in the windows. */
const untilOthersSettled = async ({ pool, ledger }: PipelineFixture): Promise<void> => {
  await until('the other shards go on', async () => {
    const { taken } = await readProgress(pool)
    const isTaken = [0, 2, 3].every((shard) => taken.get(shard) === ledger.ends().get(shard))
    const { rows } = await pool.query<{ behind: number }>(
      `select sum(heads.position - checkpoints.position)::int as behind
       from event_log_shards as heads join projection_checkpoints as checkpoints using (shard)
       where projection = 'pattern_windows' and shard <> 1`,
    )
    return isTaken && rows[0]!.behind === 0 ? true : undefined
  })
}

test.skipIf(brokers === null)(
  'a projector that throws on one event stops its shard there, and goes on from there once it is fixed',
  { timeout: 240_000 },
  async () => {
    const fixture = await createPipelineFixture({ brokers: brokers! })
    let running: InProcessProcessor | undefined
    try {
      await fixture.ledger.send(faultyMessages('projector', 3_000))
      const position = 200
      const poison = fixture.ledger.sent
        .filter(({ partition, fate }) => partition === 1 && fate === 'event')
        .toSorted((a, b) => a.offset - b.offset)[position - 1]!
      const { eventId } = readSentEvent(poison, fixture.topic)
      const faulty: Fold = (deltas, placed) => {
        if (placed.event.eventId === eventId) throw new Error('division by nothing')
        return foldEvent(deltas, placed)
      }

      // The second start meets the event in the log, if the first one got it from the topic.
      for (const more of ['first start', 'second start']) {
        running = await startInProcessProcessor(fixture, { fold: faulty })
        const stopped = await until('the shard stops', async () =>
          (await running!.health()).components.shards.find(({ status }) => status === 'stopped'),
        )
        expect(stopped).toEqual({
          shard: 1,
          status: 'stopped',
          reason: `Shard 1 stops at position ${position}, event ${eventId}: division by nothing`,
        })
        await fixture.ledger.send(faultyMessages(more, 500))
        await untilOthersSettled(fixture)
        expect(await statusesOf(running)).toEqual({
          status: 'degraded',
          shards: ['running', 'stopped', 'running', 'running'],
        })
        const { rows } = await fixture.pool.query(
          `select position from projection_checkpoints
           where projection = 'pattern_windows' and shard = 1 and position >= $1`,
          [position],
        )
        expect(rows).toEqual([])
        await running.stop()
      }

      running = await startInProcessProcessor(fixture, {})
      await untilSettled(fixture)
      expect((await running.health()).status).toBe('ok')
      await expectExact(fixture)
    } finally {
      await running?.stop()
      await fixture.close()
    }
  },
)
