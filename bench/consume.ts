import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startKafkaBroker } from '@patterns/testing/kafkaBroker.ts'
import type { Command } from 'commander'
import { maxBytesPerPartition, maxWaitMs } from './consume/consume.ts'
import { fillTopic } from './fillTopic.ts'
import { startOwnProcess } from './ownProcess.ts'
import { printFigures, printResult } from './printResult.ts'
import { usageOf } from './processUsage.ts'

const topic = 'bench-consume'
const round = (value: number) => Math.round(value * 100) / 100

const measure = async (consumer: 'ours' | 'kafkajs', brokers: string, messages: number) => {
  const child = await startOwnProcess('bench/consume/main.ts', {
    BROKERS: brokers,
    TOPIC: topic,
    CONSUMER: consumer,
    MESSAGES: String(messages),
  })
  const [consumed] = (await once(child, 'message')) as [
    { seconds: number; cpuSeconds: number; bytes: number },
  ]
  const { peakRssMib } = usageOf(child.pid!)
  await once(child, 'exit')
  return {
    consumer,
    messages_per_second: Math.round(messages / consumed.seconds),
    cpu_seconds_a_million: round((consumed.cpuSeconds * 1e6) / messages),
    mib_per_second: Math.round(consumed.bytes / consumed.seconds / 2 ** 20),
    peak_rss_mib: peakRssMib,
  }
}

/** `npm run bench -- consume`: what fetch loops and a decoder of our own save beside kafkajs' own consumer. */
export const register = (program: Command): void => {
  program
    .command('consume')
    .description(
      "messages a second from Kafka into the process, with our source and with kafkajs' own consumer",
    )
    .option('--messages <n>', 'how many messages', '1000000')
    .option('--runs <n>', 'how often each of them reads the topic, in turn', '3')
    .action(async (options: { messages: string; runs: string }) => {
      const messages = Number(options.messages)
      const dir = mkdtempSync(join(tmpdir(), 'pattern-bench-'))
      const kafka = await startKafkaBroker({ dir })
      const runs = []
      try {
        await fillTopic(kafka.brokers, topic, messages)
        for (let run = 0; run < Number(options.runs); run++) {
          for (const consumer of ['ours', 'kafkajs'] as const) {
            const figures = await measure(consumer, kafka.brokers, messages)
            printFigures(figures)
            runs.push(figures)
          }
        }
      } finally {
        await kafka.kill()
        rmSync(dir, { recursive: true, force: true })
      }
      const settings = {
        messages,
        partitions: 4,
        max_wait_ms: maxWaitMs,
        max_bytes_per_partition: maxBytesPerPartition,
      }
      printResult('consume', settings, { runs })
    })
}
