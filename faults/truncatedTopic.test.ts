import { cp, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runCli } from '@patterns/cli/testing/runCli.ts'
import { createPostgresEventLog } from '@patterns/event-log/postgres/postgresEventLog.ts'
import { startKafkaBroker } from '@patterns/testing/kafkaBroker.ts'
import { describe, expect, inject, test } from 'vitest'
import { readProgress } from './testing/expectExact.ts'
import { untilHealth } from './testing/operatorView.ts'
import { createPipelineFixture, type PipelineFixture } from './testing/pipelineFixture.ts'
import { until } from './testing/until.ts'

// A broker of our own, whose disk is put back to what it was; if none can be started the suite has none either.
const canStart = inject('kafkaBrokers') !== null

const id = (shard: number, number: number): string =>
  `0197a3b4-5c6d-7e8f-901${shard}-${String(number).padStart(12, '0')}`

/** Events of one pattern a shard, by their number. */
const send = async (
  { publisher }: PipelineFixture,
  shard: number,
  from: number,
  to: number,
): Promise<void> => {
  const sent = Array.from({ length: to - from }, async (_, index) =>
    publisher().send({
      partition: shard,
      key: id(shard, 0),
      value: JSON.stringify({
        event_id: id(shard, from + index),
        type: 'pattern.used',
        schema_version: 1,
        pattern_id: id(shard, 0),
        occurred_at: '2026-11-22T09:00:00.025Z',
        pattern_name: `pattern ${shard}`,
        pattern_type: 'resilience',
        outcome: 'success',
        quality_score: 0.86,
        execution_time_ms: 120,
      }),
    }),
  )
  await publisher().flush()
  await Promise.all(sent)
}

const untilTaken = async ({ pool }: PipelineFixture, ...expected: readonly number[]): Promise<void> => {
  await until(`${String(expected)} are taken`, async () => {
    const { taken, behind } = await readProgress(pool)
    const isTaken = expected.every((next, shard) => taken.get(shard) === next)
    if (isTaken && behind === 0) return true
    throw new Error(JSON.stringify([...taken]))
  })
}

const run = async (fixture: PipelineFixture, ...command: string[]) => {
  const { code, stdout, stderr } = await runCli(command, { env: fixture.environment })
  expect(code, `${command.join(' ')}: ${stdout}${stderr}`).toBe(0)
  return stdout
}

/** The log is whole, and the processor has taken back that the shard was stopped. */
const untilVerified = async (fixture: PipelineFixture): Promise<void> => {
  await until('the log is verified', async () => {
    await run(fixture, 'log', 'verify')
    return true
  })
}

/** A broker whose disk can be put back, and what reads from it. */
const createDisk = async () => {
  const dir = await mkdtemp(join(tmpdir(), 'patterns-truncated-'))
  const broker = await startKafkaBroker({ dir: join(dir, 'kafka'), isShortLived: true, heapMebibytes: 256 })
  const fixture = await createPipelineFixture({ brokers: broker.brokers })
  /** All of it, or the topic alone. */
  const foldersOf = async (what: 'disk' | 'topic'): Promise<string[]> =>
    what === 'disk'
      ? ['data']
      : (await readdir(join(dir, 'kafka', 'data')))
          .filter((name) => name.startsWith(fixture.topic))
          .map((name) => join('data', name))
  /** While the broker is stopped. */
  const copy = async (what: 'disk' | 'topic', from: string, to: string) => {
    await broker.stop()
    for (const folder of await foldersOf(what)) {
      await rm(join(dir, to, folder), { recursive: true, force: true })
      await cp(join(dir, from, folder), join(dir, to, folder), { recursive: true })
    }
    await broker.restart()
  }
  return {
    fixture,
    save: async (what: 'disk' | 'topic') => copy(what, 'kafka', 'copy'),
    restore: async (what: 'disk' | 'topic') => copy(what, 'copy', 'kafka'),
    async close() {
      await fixture.close()
      await broker.kill()
      await rm(dir, { recursive: true, force: true })
    },
  }
}

describe.skipIf(!canStart).concurrent('a topic that loses what was read', () => {
  // Kafka gives each start of a broker a new leader epoch; with all of the disk, it gives the same ones again.
  test.for(['topic', 'disk'] as const)(
    'by a restored copy of the %s, and grows again, is refused with the range, and its overlap is read on command',
    { timeout: 240_000 },
    async (what, { onTestFinished }) => {
      const { fixture, ...disk } = await createDisk()
      onTestFinished(disk.close)
      const processor = await fixture.start()
      for (const shard of [0, 1, 2, 3]) await send(fixture, shard, 0, 100)
      await untilTaken(fixture, 100, 100, 100, 100)
      await disk.save(what)
      for (const shard of [0, 1, 3]) await send(fixture, shard, 100, 150)
      await untilTaken(fixture, 150, 150, 100, 150)

      // It sees nothing of what happens now, and finds as many messages as it expects, or more.
      processor.freeze()
      await disk.restore(what)
      await send(fixture, 0, 200, 270)
      await send(fixture, 1, 200, 230)
      await send(fixture, 2, 200, 220)
      await send(fixture, 3, 120, 170)
      const seeing = what === 'topic' ? processor : await processor.kill().then(async () => fixture.start())
      if (what === 'topic') processor.thaw()

      const view = await untilHealth(
        seeing,
        503,
        ({ shards }) =>
          shards.filter(({ status }) => status === 'stopped').length === 3 && shards[2]?.status === 'running',
      )
      const refused = (shard: number, lastNow: number) => ({
        shard,
        status: 'stopped',
        reason: `Partition ${shard} no longer has the messages that were read at offsets 100 to 149, and has other messages at 100 to ${lastNow}: the topic lost its newest messages. Run "npm run cli -- shards adopt --shard ${shard}" to go on with what the topic has now.`,
      })
      expect(view.health.components.shards).toMatchObject([
        refused(0, 169),
        refused(1, 129),
        { shard: 2, status: 'running', reason: null },
        refused(3, 149),
      ])
      await untilTaken(fixture, 150, 150, 120, 150)

      expect(await run(fixture, 'shards', 'adopt', '--shard', '1', '--yes')).toContain(
        'goes on with what partition 1 has at offsets 100 to 129 now',
      )
      for (const shard of [0, 3]) await run(fixture, 'shards', 'adopt', '--shard', String(shard), '--yes')
      await untilHealth(seeing, 200)
      await untilTaken(fixture, 220, 180, 120, 200)
      const log = createPostgresEventLog({ pool: fixture.pool })
      const heads = await Promise.all([0, 1, 2, 3].map(async (shard) => log.head(shard)))
      // Of the fifty that shard 3 has got again, it knew thirty.
      expect(heads.map((head) => [head!.position, head!.duplicates, head!.sourceBase])).toEqual([
        [220, 0, 50],
        [180, 0, 50],
        [120, 0, 0],
        [170, 30, 50],
      ])
      await untilVerified(fixture)
      // And it is found whole from now on.
      await seeing.stop()
      await untilHealth(await fixture.start(), 200, ({ shards }) => shards.length === 4)
    },
  )
})

test(
  'lines of a file that are others than were read are found by the last event, and read on command',
  {
    timeout: 240_000,
  },
  async () => {
    const fixture = await createPipelineFixture({})
    try {
      const takeUntil = async (...expected: readonly number[]) => {
        const processor = await fixture.start()
        await untilTaken(fixture, ...expected)
        await processor.stop()
      }
      await send(fixture, 0, 0, 100)
      await takeUntil(100)
      const folder = join(fixture.dataDir, 'topic', fixture.topic)
      const file = join(
        folder,
        (await readdir(folder)).find((name) => /(^|\D)0\./.test(name))!,
      )
      await cp(file, join(fixture.dataDir, 'copy'))
      await send(fixture, 0, 100, 150)
      await takeUntil(150)
      await rm(file)
      await cp(join(fixture.dataDir, 'copy'), file)
      await send(fixture, 0, 200, 270)

      const refusing = await fixture.start()
      const { health } = await untilHealth(refusing, 503, ({ shards }) => shards[0]?.status === 'stopped')
      expect(health.components.shards[0]!.reason).toContain(
        'no longer has the messages that were read at offsets 100 to 149, and has other messages at 100 to 169',
      )
      await run(fixture, 'shards', 'adopt', '--shard', '0', '--yes')
      await untilTaken(fixture, 220)
      await untilVerified(fixture)
    } finally {
      await fixture.close()
    }
  },
)
