import { z } from '@hono/zod-openapi'
import { type ShardStop, stopReasons } from '@patterns/event-log/shardStop.ts'
import { isoTime, isoTimeOrNull } from '../http/conventions/asOf.ts'
import type { ShardAge } from '../queries/readShardAges.ts'

/** How old the numbers of one shard are. */
const shardAgeSchema = z.strictObject({
  shard: z.int().openapi({ description: 'The shard.' }),
  position: z.int().openapi({ description: 'The log position up to which its events are in the numbers.' }),
  log_position: z.int().openapi({ description: 'The last position of its log.' }),
  backlog_events: z.int().openapi({ description: 'How many events of the log are not in the numbers yet.' }),
  behind_seconds: z.number().openapi({
    description: 'How long the oldest of them has been in the log; 0 if there is none.',
  }),
  last_appended_at: z.iso.datetime().nullable().openapi({
    description:
      'When the log last took messages. The api cannot see what is in the topic and not in the log: this time stands still if nothing is published, and also if no processor runs. Stopped shards are under `ingestion`.',
  }),
  last_projected_at: z.iso.datetime().nullable().openapi({ description: 'When its numbers last moved.' }),
})

export const shardAgeOf = (age: ShardAge) => ({
  shard: age.shard,
  position: age.position,
  log_position: age.logPosition,
  backlog_events: Math.max(0, age.logPosition - age.position),
  behind_seconds: age.behindSeconds,
  last_appended_at: isoTimeOrNull(age.appendedAt?.getTime() ?? null),
  last_projected_at: isoTimeOrNull(age.projectedAt?.getTime() ?? null),
})

/** A shard that takes nothing more until an operator acts. */
const shardStopSchema = z.strictObject({
  shard: z.int().openapi({ description: 'The shard.' }),
  reason: z
    .enum(stopReasons)
    .openapi({ description: 'What stopped it; docs/OPERATIONS.md says what to do.' }),
  message: z.string().openapi({ description: 'What happened, and what to do about it.' }),
  command: z.string().nullable().openapi({ description: 'The command to begin with, if there is one.' }),
  stopped_at: z.iso.datetime().openapi({ description: 'When it stopped.' }),
})

export const shardStopOf = ({ shard, reason, message, command, stoppedAt }: ShardStop) => ({
  shard,
  reason,
  message,
  command,
  stopped_at: isoTime(stoppedAt.getTime()),
})

const component = <Fields extends z.ZodRawShape>(fields: Fields) =>
  z.strictObject({
    status: z.enum(['up', 'down']).openapi({ description: 'Whether it works.' }),
    ...fields,
  })

/** How `/health` answers. */
export const healthSchema = z
  .strictObject({
    status: z.enum(['ok', 'degraded', 'down']).openapi({
      description:
        'degraded: answers are right as of their position, but changes are seen later, since notifications are lost, a shard is more than ten seconds behind its log, or one stopped.',
    }),
    components: z
      .strictObject({
        database: component({
          latency_ms: z.number().nullable().openapi({
            description: 'How long a few small reads took; null while it is down.',
          }),
        }).openapi({ description: 'Where the numbers are.' }),
        notifications: component({}).openapi({
          description: 'They tell the api of changes at once; without them it polls.',
        }),
        ingestion: component({
          stopped: z.array(shardStopSchema).openapi({
            description:
              'The shards that take nothing more from the topic until an operator acts; none while the database is down, since it is not known then.',
          }),
        }).openapi({ description: 'Takes messages from the topic into the log.' }),
        projection: component({
          log_id: z.string().openapi({ description: 'Which log that is of.' }),
          as_of: z.record(z.string(), z.int()).openapi({ description: 'The last vector that was read.' }),
          shards: z.array(shardAgeSchema).openapi({
            description: 'How old the numbers of each shard are; none while the database is down.',
          }),
        }).openapi({ description: 'Counts the events of the log.' }),
        placement: z
          .strictObject({
            split_patterns: z
              .int()
              .nullable()
              .openapi({ description: 'Patterns in more than one partition.' }),
            key_mismatches: z
              .int()
              .nullable()
              .openapi({ description: 'Messages with another key than their pattern’s id.' }),
          })
          .openapi({
            description:
              'For information: how many patterns come in more than one partition, and how many messages so far had another key than the id of their pattern. Both are counted right, and cost more. Null while the database is down.',
          }),
      })
      .openapi({ description: 'Each part by its name.' }),
    uptime_seconds: z.number().openapi({ description: 'How long the process has been there.' }),
  })
  .openapi('Health', { description: 'How each part does.' })

/** What is answered while the database is down. */
export const whenDown: z.infer<typeof healthSchema> = {
  status: 'down',
  components: {
    database: { status: 'down', latency_ms: null },
    notifications: { status: 'down' },
    ingestion: { status: 'down', stopped: [] },
    projection: { status: 'down', log_id: '8c1f04e2', as_of: { '0': 173 }, shards: [] },
    placement: { split_patterns: null, key_mismatches: null },
  },
  uptime_seconds: 1204.2,
}
