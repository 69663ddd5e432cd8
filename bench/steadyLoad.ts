import { setTimeout as delay } from 'node:timers/promises'
import { benchmarkMessages } from '@patterns/generator/benchmark.ts'
import { createLogger } from '@patterns/shared/logger.ts'
import { readSettings } from '@patterns/shared/settings/readSettings.ts'
import { processSettings, topicSettings } from '@patterns/shared/settings/settings.ts'
import { openTopic } from '@patterns/topic/openTopic.ts'
import type { Delivery, Publisher } from '@patterns/topic/publisher.ts'
import { startOwnProcess, stopOwnProcess } from './ownProcess.ts'
import { type Services, startServices } from './services.ts'

const apiPort = 18_053
const topic = 'bench-latency'
const ticksPerSecond = 100

/** A processor and an api between a real broker and a real database, and a producer that sends at a steady rate. */
export interface SteadyLoad {
  readonly services: Services
  /**
   * Sends at the rate for some seconds, and answers for one message in so many ticks of 10 ms how many milliseconds it took
   * from its acknowledgement until the api counted it. Without `everyTicks` nothing is asked.
   */
  send(seconds: number, everyTicks?: number): Promise<number[]>
  stop(): Promise<void>
}

interface Load {
  readonly rate: number
  readonly seconds: number
  readonly everyTicks: number
  readonly onSample: (patternId: string, delivery: Delivery) => void
}

/** Publishes at a steady rate, in event time as well: what is sent now has happened now. */
const publishSteadily = async (
  publisher: Publisher,
  { rate, seconds, everyTicks, onSample }: Load,
): Promise<void> => {
  const perTick = Math.round(rate / ticksPerSecond)
  const startAt = Date.now()
  const messages = benchmarkMessages({ seed: 2, count: rate * seconds, startAt, eventsPerSecond: rate })
  for (let tick = 0; tick < seconds * ticksPerSecond; tick++) {
    const dueIn = startAt + (tick * 1_000) / ticksPerSecond - Date.now()
    if (dueIn > 0) await delay(dueIn)
    for (let i = 0; i < perTick; i++) {
      const message = messages.next().value!
      const sent = publisher.send(message)
      if (i === 0 && tick % everyTicks === 0) void sent.then((delivery) => onSample(message.key, delivery))
    }
  }
  await publisher.flush()
}

/**
 * Asks the api for the pattern's series as of that message, and answers how long that took. The api waits two seconds at
 * most: what takes longer is asked for again.
 */
const untilVisible = async (patternId: string, { partition, offset }: Delivery): Promise<number> => {
  const acknowledgedAt = performance.now()
  const url = `http://127.0.0.1:${apiPort}/api/pattern-analytics/time-series?pattern_id=${patternId}&time_range=1h&after=${partition}:${offset}`
  for (;;) {
    const response = await fetch(url)
    const text = await response.text()
    if (response.ok) return performance.now() - acknowledgedAt
    if (response.status !== 503) throw new Error(`${response.status} ${text}`)
  }
}

export const startSteadyLoad = async (rate: number): Promise<SteadyLoad> => {
  const services = await startServices({ quickBroker: true })
  const environment = {
    DATABASE_URL: services.databaseUrl,
    KAFKA_BROKERS: services.brokers,
    KAFKA_TOPIC: topic,
    PROCESSOR_PORT: '0',
    PORT: String(apiPort),
  }
  const settings = readSettings(
    { ...processSettings, ...topicSettings },
    { KAFKA_BROKERS: services.brokers, KAFKA_TOPIC: topic },
  )
  const publisher = openTopic({ settings, logger: createLogger('bench', 'warn') }).createPublisher()
  const children = [
    await startOwnProcess('processor/main.ts', environment),
    await startOwnProcess('api/main.ts', environment),
  ]
  return {
    services,
    async send(seconds, everyTicks = Number.POSITIVE_INFINITY) {
      const waits: Promise<number>[] = []
      await publishSteadily(publisher, {
        rate,
        seconds,
        everyTicks,
        onSample: (patternId, delivery) => waits.push(untilVisible(patternId, delivery)),
      })
      return Promise.all(waits)
    },
    async stop() {
      await publisher.stop()
      await Promise.all(children.map(stopOwnProcess))
      await services.stop()
    },
  }
}
