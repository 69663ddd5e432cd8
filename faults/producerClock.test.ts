import { randomUUID } from 'node:crypto'
import { createPostgresEventLog } from '@patterns/event-log/postgres/postgresEventLog.ts'
import { createLogger } from '@patterns/shared/logger.ts'
import { createKafkaClient } from '@patterns/topic/kafka/kafkajs/kafkajs.ts'
import { expect, inject, test } from 'vitest'
import { untilSettled } from './testing/expectExact.ts'
import { createPipelineFixture } from './testing/pipelineFixture.ts'

const brokers = inject('kafkaBrokers')
const patternId = 'f0a1b2c3-0000-4000-8000-000000000002'
const yearMs = 365 * 86_400_000

test.skipIf(brokers === null)(
  'a producer whose clock is wrong moves nothing that people see, though the broker takes its time',
  { timeout: 120_000 },
  async () => {
    const fixture = await createPipelineFixture({ brokers: brokers! })
    const { pool, ledger } = fixture
    const sentAt = Date.now()
    /** What its clock says when it sends, and which time it tells of. */
    const message = (clock: number, occurredAt: number) => ({
      key: patternId,
      timestamp: clock,
      value: JSON.stringify({
        event_id: randomUUID(),
        type: 'pattern.used',
        schema_version: 1,
        pattern_id: patternId,
        occurred_at: new Date(occurredAt).toISOString(),
        outcome: 'success',
      }),
    })
    const ahead = sentAt + yearMs
    const admin = createKafkaClient(
      { brokers: brokers!.split(',') },
      createLogger('faults', 'silent'),
    ).createAdmin()
    try {
      // Brokers before Kafka 4 take any time of a producer; this one would refuse what is more than an hour ahead.
      const anyTime = { name: 'message.timestamp.after.max.ms', value: String(2n ** 63n - 1n) }
      await admin.connect()
      await admin.createTopics({
        topics: [{ topic: fixture.topic, numPartitions: 4, configEntries: [anyTime] }],
        waitForLeaders: false,
      })
      const processor = await fixture.start()
      await ledger.sendAs('event', message(sentAt, sentAt - 7_200_000))
      await ledger.sendAs('future_time', message(ahead, ahead))
      await ledger.sendAs('event', message(ahead, sentAt - 1_000), message(1_000, sentAt - 2_000))
      await ledger.sendAs('event', message(sentAt, sentAt))
      await untilSettled(fixture)
      await processor.stop()

      const [shard] = ledger.sent.map(({ partition }) => partition)
      const recorded: number[] = []
      for await (const page of createPostgresEventLog({ pool }).read(shard!, 0))
        recorded.push(...page.map(({ recordedAt }) => recordedAt))
      const now = Date.now()
      expect(recorded).toHaveLength(4)
      expect(recorded.filter((time) => time < sentAt || time > now)).toEqual([])
      const { rows } = await pool.query(
        `select reason, (select last_used from pattern_catalogue_v1) = $1 as is_last_used_right,
           (select max(watermark) <= now() from projection_checkpoints where projection = 'pattern_windows') as is_watermark_right,
           (select max(window_start) <= now() from total_windows_v1_hour) as is_last_window_right
         from dead_letters`,
        [new Date(sentAt)],
      )
      expect(rows).toEqual([
        {
          reason: 'future_time',
          is_last_used_right: true,
          is_watermark_right: true,
          is_last_window_right: true,
        },
      ])
    } finally {
      await admin.disconnect()
      await fixture.close()
    }
  },
)
