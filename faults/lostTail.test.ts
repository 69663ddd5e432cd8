import { timeLimits } from '@patterns/shared/postgres/timeLimits.ts'
import type pg from 'pg'
import { expect, test } from 'vitest'
import { expectExact, untilSettled } from './testing/expectExact.ts'
import { faultyMessages } from './testing/faultyLoad.ts'
import { startInProcessProcessor } from './testing/inProcessProcessor.ts'
import { createPipelineFixture, type PipelineFixture } from './testing/pipelineFixture.ts'
import { until } from './testing/until.ts'

/** Keeps the tables as they are now. Answers what makes them so again, as a failover to a standby that is behind does. */
const keepTables = async (pool: pg.Pool): Promise<() => Promise<void>> => {
  const { rows } = await pool.query<{ name: string }>(
    `select relname as name from pg_class
     where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition
       and relname <> 'schema_migrations'`,
  )
  const names = rows.map(({ name }) => name)
  await pool.query(
    `create schema standby; ${names.map((name) => `create table standby.${name} as table ${name}`).join('; ')}`,
  )
  return async () => {
    await pool.query(
      `truncate ${names.join(', ')};
       ${names.map((name) => `insert into ${name} select * from standby.${name}`).join('; ')}`,
    )
  }
}

const sendSome = async ({ ledger }: PipelineFixture, seed: string) => {
  const plain = [...faultyMessages(seed, 300)].filter(({ kind }) => kind === 'plain')
  const messages = plain.map(({ message }) => ({ ...message, partition: 0 }))
  await ledger.sendAs('event', ...messages)
  return messages
}

test(
  'a database that went back, and then the duplicate of an event that it lost, stop nothing: all is read again',
  { timeout: 120_000 },
  async () => {
    const fixture = await createPipelineFixture({})
    const processor = await startInProcessProcessor(fixture, { limits: timeLimits.processor })
    const untilAllRun = () =>
      until('all runs', async () => {
        const { status, components } = await processor.health()
        return status === 'ok' && components.shards.length === 4 ? true : undefined
      })
    try {
      await sendSome(fixture, 'kept')
      await untilSettled(fixture)
      await untilAllRun()
      const fallBack = await keepTables(fixture.pool)
      const lost = await sendSome(fixture, 'lost')
      await untilSettled(fixture)

      await fallBack()
      await fixture.ledger.sendAs('duplicate', lost.at(-1)!)
      await untilSettled(fixture)
      await untilAllRun()
      // Whichever comes first: the duplicate, or the look at what is committed that is taken once a second.
      expect(processor.warnings().join()).toMatch(/has no event at position \d+|is behind \d+ by now/)
      await expectExact(fixture)
    } finally {
      await processor.stop()
      await fixture.close()
    }
  },
)
