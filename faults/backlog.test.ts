import { everyWindow } from '@patterns/testing/everyWindow.ts'
import { existsSync, readFileSync } from 'node:fs'
import { faultyBenchmarkMessages } from '@patterns/generator/benchmark.ts'
import { expect, inject, test } from 'vitest'
import { createPipelineFixture } from './testing/pipelineFixture.ts'
import { until } from './testing/until.ts'

const brokers = inject('kafkaBrokers')
const messages = 300_000
const maxMebibytes = 500

/** The most memory that a process ever had, as Linux counts it. */
const peakMebibytes = (pid: number): number =>
  Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1_024

test.skipIf(brokers === null || !existsSync('/proc/self/status'))(
  'a processor that finds 300,000 messages waiting counts each and stays under 500 MB',
  { timeout: 240_000 },
  async () => {
    const fixture = await createPipelineFixture({ brokers: brokers! })
    try {
      const publisher = fixture.publisher()
      const sending: Promise<unknown>[] = []
      const waiting = faultyBenchmarkMessages({
        seed: 'backlog',
        count: messages,
        startAt: Date.UTC(2026, 0, 4, 20),
        eventsPerSecond: messages / (30 * 3_600),
        faults: { late: 0.02 },
      })
      for (const { message } of waiting) {
        await publisher.ready()
        sending.push(publisher.send(message))
      }
      await Promise.all(sending)

      const processor = await fixture.start()
      await until(
        'all are in the windows',
        async () => {
          const { rows } = await fixture.pool.query<{ uses: bigint | null }>(
            'select sum(uses) as uses from pattern_windows_v1_hour',
          )
          if (rows[0]!.uses === BigInt(messages)) return true
          throw new Error(`only ${rows[0]!.uses}`)
        },
        100_000,
      )
      const { rows } = await fixture.pool.query<{ granularity: string; uses: bigint }>(
        `select granularity, sum(uses) as uses from (${everyWindow('totals')}) as w group by granularity order by granularity`,
      )
      expect(rows).toEqual(
        ['hour', 'day', 'week'].map((granularity) => ({ granularity, uses: BigInt(messages) })),
      )
      expect(peakMebibytes(processor.pid)).toBeLessThan(maxMebibytes)
    } finally {
      await fixture.close()
    }
  },
)
