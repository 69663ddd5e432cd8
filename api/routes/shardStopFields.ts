import { z } from '@hono/zod-openapi'
import { type ShardStop, stopReasons } from '@patterns/event-log/shardStop.ts'
import { isoTime } from '../http/conventions/asOf.ts'

/** A shard that takes nothing more until a person sees to it. */
export const shardStopSchema = z.strictObject({
  shard: z.int().openapi({ description: 'The shard.' }),
  reason: z
    .enum(stopReasons)
    .openapi({ description: 'What stopped it; docs/OPERATIONS.md says what to do.' }),
  message: z.string().openapi({ description: 'What happened, and what to do about it.' }),
  command: z.string().nullable().openapi({ description: 'The command to begin with, where there is one.' }),
  stopped_at: z.iso.datetime().openapi({ description: 'When it stopped.' }),
})

export const shardStopOf = ({ shard, reason, message, command, stoppedAt }: ShardStop) => ({
  shard,
  reason,
  message,
  command,
  stopped_at: isoTime(stoppedAt.getTime()),
})
