import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { startKafkaBroker } from './kafkaBroker.ts'
import { KafkaUnavailableError } from './kafkaJars.ts'

/** A broker for one run of the tests, or why there is none. */
export type TestKafka = { readonly brokers: string; stop(): Promise<void> } | { readonly unavailable: string }

/**
 * The broker that the tests run against: the one that `KAFKA_BROKERS` names, else one of our own that
 * `stop` ends and removes.
 */
export const ensureTestKafka = async (
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<TestKafka> => {
  if (environment['KAFKA_BROKERS'])
    return { brokers: environment['KAFKA_BROKERS'], stop: async () => undefined }
  const dir = await mkdtemp(path.join(tmpdir(), 'patterns-kafka-'))
  const remove = async () => rm(dir, { recursive: true, force: true })
  try {
    const broker = await startKafkaBroker({ dir, isShortLived: true })
    const stop = async () => {
      await broker.kill() // its data is thrown away, so there is nothing to shut down in order
      await remove()
    }
    return { brokers: broker.brokers, stop }
  } catch (error) {
    await remove()
    if (error instanceof KafkaUnavailableError) return { unavailable: error.message }
    throw error
  }
}
