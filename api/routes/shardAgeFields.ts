import { z } from '@hono/zod-openapi'
import { isoTimeOrNull } from '../http/conventions/asOf.ts'
import type { ShardAge } from '../queries/readShardAges.ts'

/** How old the numbers of one shard are. */
export const shardAgeSchema = z.strictObject({
  shard: z.int().openapi({ description: 'The shard.' }),
  position: z.int().openapi({ description: 'The log position up to which its events are in the numbers.' }),
  log_position: z.int().openapi({ description: 'The last position of its log.' }),
  backlog_events: z.int().openapi({ description: 'How many events of the log are not in the numbers yet.' }),
  behind_seconds: z.number().openapi({
    description: 'How long the oldest of them has been in the log; 0 where there is none.',
  }),
  last_appended_at: z.iso.datetime().nullable().openapi({
    description:
      'When the log last took messages. What is in the topic and not in the log cannot be seen from here: where nothing is published and where no processor runs this time stands still alike. Shards that are stopped stand under `ingestion`.',
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
