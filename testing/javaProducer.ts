import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { prepareKafka } from './kafkaJars.ts'

export interface JavaProducerOptions {
  readonly brokers: string
  readonly topic: string
  readonly compression: 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd'
  /** One message each, without a key. */
  readonly lines: readonly string[]
}

/** Long enough that all lines come together, in as few batches as they fit into. */
const lingerMs = 2_000

/** Sends with Kafka's own producer, the one that most of the world uses. Rejects if that fails. */
export const produceWithJava = async ({
  brokers,
  topic,
  compression,
  lines,
}: JavaProducerOptions): Promise<void> => {
  const parameters = [
    '-XX:TieredStopAtLevel=1',
    '-XX:+UseSerialGC',
    '-cp',
    path.join(await prepareKafka(), '*'),
    'org.apache.kafka.tools.ConsoleProducer',
    ...['--bootstrap-server', brokers, '--topic', topic],
    ...['--compression-codec', compression, '--batch-size', String(1 << 20)],
    ...['--command-property', `linger.ms=${lingerMs}`],
  ]
  const running = promisify(execFile)('java', parameters, { timeout: 60_000, killSignal: 'SIGKILL' })
  running.child.stdin!.end(lines.map((line) => `${line}\n`).join(''))
  const { stderr } = await running
  if (/ERROR/.test(stderr)) throw new Error(stderr)
}
