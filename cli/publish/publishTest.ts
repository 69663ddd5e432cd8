import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { EventLog } from '@patterns/event-log/eventLog.ts'
import { isAnotherTopic } from '@patterns/event-log/isAnotherTopic.ts'
import { createPostgresEventLog } from '@patterns/event-log/postgres/postgresEventLog.ts'
import { readShardStops } from '@patterns/event-log/postgres/shardStops.ts'
import type { Delivery } from '@patterns/topic/publisher.ts'
import type { PartitionEnd } from '@patterns/topic/source.ts'
import type pg from 'pg'
import { v5 as uuidV5, v7 as uuidV7 } from 'uuid'
import type { CliContext } from '../context.ts'
import { type ExitCode, RefusedError } from '../exitCode.ts'
import { withDatabase } from '../withDatabase.ts'
import { openReadTopic } from './topicReader.ts'
import { readVisibility, whyInvisible } from './visibility.ts'

/** Test events are of one pattern, which is not shown: they are in the log and take no part in the numbers. */
const testPatternId = uuidV5('publish-test', uuidV5.URL)

const pollMs = 5

const testEvent = (now: number) => ({
  event_id: uuidV7(),
  type: 'pattern.used',
  schema_version: 1,
  pattern_id: testPatternId,
  occurred_at: new Date(now).toISOString(),
  correlation_id: randomUUID(),
  source: 'npm run cli -- publish --test',
  outcome: 'success',
  test: true,
})

/** Polls until what is shown is as of the event. @throws RefusedError that says where it got stuck */
const waitUntilVisible = async (pool: pg.Pool, delivery: Delivery, timeoutMs: number): Promise<void> => {
  const deadline = performance.now() + timeoutMs
  const log = createPostgresEventLog({ pool })
  for (;;) {
    const visibility = await readVisibility({ pool, log }, delivery)
    if (visibility === 'visible') return
    if (performance.now() > deadline || visibility === 'dead_lettered') {
      const stop = (await readShardStops(pool)).find(({ shard }) => shard === delivery.partition)
      throw new RefusedError(whyInvisible(visibility, delivery, timeoutMs, stop))
    }
    await delay(pollMs)
  }
}

/** Offsets of another topic than the log's say nothing: those of the old one were all taken long ago. */
const refuseAnotherTopic = async (
  log: EventLog,
  { partition }: Delivery,
  ends: readonly PartitionEnd[],
): Promise<void> => {
  const head = await log.head(partition)
  const topicId = ends.find((end) => end.partition === partition)?.topicId ?? null
  if (head === undefined || !isAnotherTopic(head, topicId)) return
  throw new RefusedError(
    `The topic was created again, so shard ${partition} has stopped and will not take the event. Run "npm run cli -- shards adopt --shard ${partition}" to go on with what the topic has now.`,
  )
}

export interface TestOptions {
  readonly json?: boolean
  /** How long to wait for the event, in seconds. */
  readonly timeout: number
}

/** Sends one event down the real pipeline and measures, in milliseconds, how long it takes. */
export const publishTest = (options: TestOptions, context: CliContext): Promise<ExitCode> =>
  withDatabase(context, async (pool): Promise<ExitCode> => {
    const { topic } = await openReadTopic(context)
    const publisher = topic.createPublisher()
    const source = topic.createSource()
    try {
      const event = testEvent(context.now())
      const sentAt = performance.now()
      const delivery = await publisher.send({ key: event.pattern_id, value: JSON.stringify(event) })
      const acknowledgedAt = performance.now()
      // Beside the wait: asking the topic is no part of the latency.
      const [visibleAt] = await Promise.all([
        waitUntilVisible(pool, delivery, options.timeout * 1_000).then(() => performance.now()),
        source.ends().then((ends) => refuseAnotherTopic(createPostgresEventLog({ pool }), delivery, ends)),
      ])
      const figures = {
        event_id: event.event_id,
        pattern_id: event.pattern_id,
        partition: delivery.partition,
        offset: delivery.offset,
        send_ms: Math.round(acknowledgedAt - sentAt),
        latency_ms: Math.round(visibleAt - acknowledgedAt),
      }
      context.stdout.write(
        options.json === true
          ? `${JSON.stringify(figures)}\n`
          : `visible ${figures.latency_ms} ms after it was acknowledged (sending took ${figures.send_ms} ms)\n` +
              `  event ${figures.event_id} of pattern ${figures.pattern_id}, partition ${delivery.partition}, offset ${delivery.offset}\n`,
      )
      return 0
    } finally {
      await Promise.all([publisher.stop(), source.stop()])
    }
  })
