import { setTimeout as delay } from 'node:timers/promises'
import { faultyBenchmarkMessages } from '@patterns/generator/benchmark.ts'
import type { FaultShares, GeneratedMessage } from '@patterns/generator/faults.ts'
import type { PipelineFixture } from './pipelineFixture.ts'
import { readProgress } from './expectExact.ts'
import { until } from './until.ts'

/** Far more of each kind than in a demo, so that every short life of a processor meets them. */
const shares: FaultShares = {
  late: 0.1,
  null_key: 0.01,
  version_0: 0.02,
  cloudevents_binary: 0.02,
  cloudevents_structured: 0.02,
  duplicate: 0.03,
  id_conflict: 0.005,
  malformed_json: 0.005,
  invalid_utf8: 0.005,
  null_value: 0.005,
  schema: 0.01,
  too_large: 0.000_1,
  future_time: 0.005,
}

const hourMs = 3_600_000

/** When what the messages tell of happens; what they say of the clock that they were sent by is the same. */
export interface EventTime {
  readonly startAt: number
  readonly hours: number
}

/** From a Sunday evening into the next week. */
const aroundMidnight: EventTime = { startAt: Date.UTC(2026, 0, 4, 20), hours: 36 }

/**
 * The last day. Kafka forgets a producer whose last message is older than a day by its timestamp, and with it what
 * tells a repeated batch from a new one: so a test that restarts the broker must send messages of today.
 */
export const lastDay = (): EventTime => ({ startAt: Date.now() - 22 * hourMs, hours: 20 })

/** Messages of all kinds for some 60 patterns. */
export const faultyMessages = (
  seed: string,
  count: number,
  { startAt, hours }: EventTime = aroundMidnight,
): Generator<GeneratedMessage> =>
  faultyBenchmarkMessages({
    seed,
    count,
    patterns: 60,
    startAt,
    eventsPerSecond: count / (hours * 3_600),
    faults: shares,
  })

const burst = 100
const burstEveryMs = 100

/**
 * Sends them in bursts, as the processors take them: never more than `maxAhead` that are not taken yet, so
 * that the load lasts as long as there is anything to send, whatever happens to those who take it.
 */
export const sendInStep = async (
  { ledger, pool }: PipelineFixture,
  messages: Iterable<GeneratedMessage>,
  maxAhead: number,
): Promise<void> => {
  let pending: GeneratedMessage[] = []
  for (const message of messages) {
    pending.push(message)
    if (pending.length < burst) continue
    await ledger.send(pending)
    pending = []
    await until(
      'the processors take what is sent',
      async () => (ledger.sent.length - (await readProgress(pool)).messages < maxAhead ? true : undefined),
      120_000,
    )
  }
  await ledger.send(pending)
}

const nextOf = (messages: Iterator<GeneratedMessage>, count: number): GeneratedMessage[] => {
  const taken: GeneratedMessage[] = []
  for (let next = messages.next(); next.done !== true; next = messages.next())
    if (taken.push(next.value) === count) break
  return taken
}

/** Messages that come in at a steady rate until somebody stops them. */
export interface Load {
  /** Resolves when all that was sent is acknowledged. Rejects if something could not be sent. */
  stop(): Promise<void>
}

/** Begins to send, whether anybody takes the messages or not. */
export const startLoad = (
  { ledger }: PipelineFixture,
  seed: string,
  eventTime: EventTime = aroundMidnight,
): Load => {
  const messages = faultyMessages(seed, 100_000, eventTime)
  let isStopped = false
  const run = async (): Promise<void> => {
    while (!isStopped) {
      const due = performance.now() + burstEveryMs
      await ledger.send(nextOf(messages, burst))
      await delay(Math.max(0, due - performance.now()))
    }
  }
  const running = run()
  running.catch(() => {})
  return {
    async stop() {
      isStopped = true
      await running
    },
  }
}
