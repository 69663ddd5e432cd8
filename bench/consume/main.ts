import { once } from 'node:events'
import { createLogger } from '@patterns/shared/logger.ts'
import { createKafkaClient } from '@patterns/topic/kafka/kafkajs/kafkajs.ts'
import { consumeWithKafkajs } from './withKafkajs.ts'
import { consumeWithOurs } from './withOurs.ts'

/** One consumer in a process of its own, whose CPU time is then its own too. */
const { BROKERS, TOPIC, CONSUMER, MESSAGES } = process.env as Record<string, string>
const client = createKafkaClient({ brokers: [BROKERS!] }, createLogger('bench', 'warn'))
const consume = CONSUMER === 'ours' ? consumeWithOurs : consumeWithKafkajs

let left = Number(MESSAGES)
let bytes = 0
let began: { readonly at: number; readonly cpu: NodeJS.CpuUsage } | undefined
const finished = new EventTarget()

/** What both are measured by: each message's value is looked at, and nothing else is done. */
const onMessages = (messages: Iterable<{ readonly value: Buffer | null }>) => {
  began ??= { at: performance.now(), cpu: process.cpuUsage() }
  for (const { value } of messages) {
    bytes += value!.length
    left--
  }
  if (left <= 0) finished.dispatchEvent(new Event('finished'))
}

process.send!('ready')
const stop = await consume({ client, topic: TOPIC!, onMessages })
if (left > 0) await once(finished, 'finished')
const { user, system } = process.cpuUsage(began!.cpu)
process.send!({
  seconds: (performance.now() - began!.at) / 1_000,
  cpuSeconds: (user + system) / 1e6,
  bytes,
})
await stop()
process.disconnect()
