import { randomUUID } from 'node:crypto'
import { createLogger } from '@patterns/shared/logger.ts'
import type { OutgoingMessage } from '@patterns/topic/publisher.ts'
import { createKafkaClient } from '@patterns/topic/kafka/kafkajs/kafkajs.ts'
import { expect, inject, test } from 'vitest'
import { expectExact, untilSettled } from './testing/expectExact.ts'
import { untilHealth } from './testing/operatorView.ts'
import { createPipelineFixture, type PipelineFixture } from './testing/pipelineFixture.ts'
import type { Fate } from './testing/sentMessage.ts'

const brokers = inject('kafkaBrokers')
const patternId = 'f0a1b2c3-0000-4000-8000-000000000001'
const sentAt = Date.now() - 1_000

type Body = Readonly<Record<string, unknown>>

const used = (fields: Body = {}): Body => ({
  event_id: randomUUID(),
  type: 'pattern.used',
  schema_version: 1,
  pattern_id: patternId,
  occurred_at: new Date(sentAt).toISOString(),
  outcome: 'success',
  quality_score: 0.25,
  execution_time_ms: 120,
  ...fields,
})

const registered = (fields: Body = {}): Body => ({
  event_id: randomUUID(),
  type: 'pattern.registered',
  schema_version: 1,
  pattern_id: patternId,
  occurred_at: new Date(sentAt - 1_000).toISOString(),
  pattern_name: 'Kreisläufer – ☔',
  pattern_type: 'resilience',
  description: 'opens when too much fails',
  tags: ['circuit', ''],
  node_type: null,
  ...fields,
})

const assessed = (fields: Body = {}): Body => ({
  event_id: randomUUID(),
  type: 'pattern.quality_assessed',
  schema_version: 1,
  pattern_id: patternId,
  occurred_at: new Date(sentAt - 5 * 3_600_000).toISOString(),
  quality_score: 1,
  ...fields,
})

const message = (value: Buffer | string | null, further: Partial<OutgoingMessage> = {}): OutgoingMessage => ({
  key: patternId,
  timestamp: sentAt,
  value,
  ...further,
})
const json = (body: unknown, further: Partial<OutgoingMessage> = {}): OutgoingMessage =>
  message(JSON.stringify(body), further)

/** Arrays within arrays: legal JSON that a program which walks it by recursion does not survive. */
const nested = (body: Body, depth: number, space = ''): OutgoingMessage =>
  message(`${JSON.stringify(body).slice(0, -1)},"depth":${'['.repeat(depth)}${space}${']'.repeat(depth)}}`)

const wrongTypes: readonly unknown[] = [
  [],
  {},
  null,
  42,
  'text',
  used({ event_id: 7 }),
  used({ quality_score: '0.5' }),
  used({ quality_score: 1.000_1 }),
  used({ execution_time_ms: 1.5 }),
  used({ execution_time_ms: null, outcome: ['success'] }),
  used({ occurred_at: sentAt }),
  used({ occurred_at: '2026-02-30T00:00:00Z' }),
  used({ pattern_name: 'null \0 character' }),
  used({ context: 'not an object' }),
  assessed({ quality_score: null }),
  assessed({ dimensions: { 'a\0b': 2 } }),
  registered({ pattern_type: 'Not A Slug' }),
]

const kibibyte = 1_024

/** What is sent first: each kind of rubbish, between events that must be counted. */
const firstBatch = (
  again: Body,
  conflicting: Body,
  deep: Body,
): readonly (readonly [Fate, OutgoingMessage])[] => [
  ['event', json(used())],
  ['not_json', message('{"event_id":')],
  ['not_json', message('')],
  ['not_json', message('\0')],
  ['not_json', message(`\ufeff${JSON.stringify(used())}`)],
  ['not_json', message(Buffer.from([0xff, 0xfe, 0x00, 0x80]))],
  [
    'not_json',
    message(Buffer.concat([Buffer.from('{"event_id":"'), Buffer.of(0xc3), Buffer.from('"}')]), {
      headers: { trace: 'kept', 'x-empty': '' },
    }),
  ],
  ['not_json', message(null)],
  ['not_json', message(null, { key: null })],
  ...wrongTypes.map((body) => ['schema', json(body)] as const),
  ['too_large', json(used({ context: { text: 'x'.repeat(300 * kibibyte) } }))],
  ['too_large', message('x'.repeat(300 * kibibyte))],
  ['schema', json(used({ context: { text: 'x'.repeat(17 * kibibyte) } }))],
  ['event', json(used({ note: 'x'.repeat(200 * kibibyte) }))],
  ['future_time', json(used({ occurred_at: new Date(sentAt + 7 * 24 * 3_600_000).toISOString() }))],
  ['event', json(used({ occurred_at: new Date(sentAt + 23 * 3_600_000).toISOString() }))],
  ['event', json(used(), { key: null })],
  ['event', json(used(), { key: 'not the id of a pattern' })],
  ['event', json(registered())],
  ['event', json(assessed())],
  ['schema', nested(used(), 100_000)],
  ['schema', nested(used(), 65)],
  ['event', nested(deep, 64)],
  ['duplicate', nested(deep, 64, ' ')],
  ['id_conflict', nested(deep, 63)],
  ['event', json(again)],
  ['duplicate', json(again)],
  ['duplicate', json(Object.fromEntries(Object.entries(again).toReversed()))],
  ['event', json(conflicting)],
  ['id_conflict', json({ ...conflicting, quality_score: 0.75 })],
  [
    'schema',
    json(used(), { headers: { ce_specversion: '1.0', trace: 'a CloudEvent without its attributes' } }),
  ],
  ['event', json(used())],
]

const later = (again: Body, conflicting: Body, deep: Body): readonly (readonly [Fate, OutgoingMessage])[] => [
  ['duplicate', json(again)],
  ['id_conflict', json({ ...conflicting, outcome: 'error' })],
  ['duplicate', json(conflicting)],
  ['duplicate', nested(deep, 64, '\n')],
  ['event', json(used())],
]

const sendAll = async (fixture: PipelineFixture, messages: readonly (readonly [Fate, OutgoingMessage])[]) => {
  await Promise.all(messages.map(([fate, one]) => fixture.ledger.sendAs(fate, one)))
}

test.skipIf(brokers === null)(
  'rubbish becomes dead letters with its raw bytes and the reason, and the shard goes on',
  { timeout: 240_000 },
  async () => {
    const fixture = await createPipelineFixture({ brokers: brokers! })
    const [again, conflicting, deep] = [used(), used(), used()]
    try {
      await sendAll(fixture, firstBatch(again, conflicting, deep))
      const first = await fixture.start()
      await untilSettled(fixture)
      await sendAll(fixture, later(again, conflicting, deep))
      await untilSettled(fixture)
      await untilHealth(first, 200)
      await first.stop()

      await sendAll(fixture, later(again, conflicting, deep))
      const second = await fixture.start()
      await untilSettled(fixture)
      await untilHealth(second, 200)
      await expectExact(fixture)
    } finally {
      await fixture.close()
    }
  },
)

test.skipIf(brokers === null)(
  'aborted transactions and control records are accounted for as no record',
  { timeout: 240_000 },
  async () => {
    const fixture = await createPipelineFixture({ brokers: brokers! })
    const producer = createKafkaClient(
      { brokers: brokers!.split(',') },
      createLogger('faults', 'silent'),
    ).createProducer({ transactionalId: fixture.topic, maxInFlightRequests: 1, idempotent: true })
    /** Aborts some messages in every partition: each of them, and the marker that ends it, takes an offset. */
    const abort = async (count: number) => {
      const transaction = await producer.transaction()
      const values = Array.from({ length: count }, () => JSON.stringify(used()))
      const messages = [0, 1, 2, 3].flatMap((partition) => values.map((value) => ({ partition, value })))
      await transaction.send({ topic: fixture.topic, messages })
      await transaction.abort()
    }
    const sendToEach = async () => {
      await Promise.all(
        [0, 1, 2, 3].map((partition) => fixture.ledger.sendAs('event', json(used(), { partition }))),
      )
    }
    try {
      await sendToEach()
      await producer.connect()
      await abort(3)
      await sendToEach()
      const first = await fixture.start()
      await abort(2)
      await untilSettled(fixture, { ends: new Map([0, 1, 2, 3].map((partition) => [partition, 9])) })
      await first.kill()
      await sendToEach()
      const last = await fixture.start({ KAFKA_GROUP_ID: `${fixture.topic}-last` })
      await untilSettled(fixture)
      expect([...fixture.ledger.ends().values()]).toEqual([10, 10, 10, 10])
      await untilHealth(last, 200)
      await expectExact(fixture)
    } finally {
      await producer.disconnect()
      await fixture.close()
    }
  },
)
