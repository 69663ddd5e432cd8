import { benchmarkMessages } from '@patterns/generator/benchmark.ts'
import { createLogger } from '@patterns/shared/logger.ts'
import { readSettings } from '@patterns/shared/settings/readSettings.ts'
import { processSettings, topicSettings } from '@patterns/shared/settings/settings.ts'
import { openTopic } from '@patterns/topic/openTopic.ts'

export const patterns = 1_000
export const eventsPerSecondOfEventTime = 200

/** Publishes `count` events of `patterns` patterns, spread over event time as `eventsPerSecondOfEventTime` says. */
export const fillTopic = async (brokers: string, topic: string, count: number): Promise<void> => {
  const settings = readSettings(
    { ...processSettings, ...topicSettings },
    { KAFKA_BROKERS: brokers, KAFKA_TOPIC: topic },
  )
  const publisher = openTopic({ settings, logger: createLogger('bench', 'warn') }).createPublisher()
  const startAt = Date.now() - (count / eventsPerSecondOfEventTime) * 1_000
  let failure: Error | undefined
  let sent = 0
  for (const message of benchmarkMessages({
    seed: 1,
    count,
    patterns,
    startAt,
    eventsPerSecond: eventsPerSecondOfEventTime,
  })) {
    publisher.send(message).catch((error: Error) => (failure ??= error))
    if (++sent % 1_000 === 0) await publisher.ready()
    if (sent % 1_000_000 === 0) process.stderr.write(`preloaded ${sent} of ${count} messages\n`)
  }
  await publisher.stop()
  if (failure !== undefined) throw failure
}
