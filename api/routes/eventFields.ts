import { z } from '@hono/zod-openapi'
import { eventTypes } from '@patterns/shared/contract/patternEvent.ts'
import { isoTime } from '../conventions/asOf.ts'
import type { FoundEvent } from '../events/findEvents.ts'

export const eventSchema = z
  .strictObject({
    shard: z.int(),
    position: z.int().openapi({ description: "Its place in the shard's log." }),
    source: z
      .strictObject({ partition: z.int(), offset: z.int() })
      .openapi({ description: 'The message that brought it.' }),
    recorded_at: z.iso.datetime().openapi({ description: "The broker's time of the message." }),
    event_id: z.uuid(),
    type: z.enum(eventTypes),
    occurred_at: z.iso.datetime(),
    event: z.json().openapi({
      type: ['object', 'array', 'string', 'number', 'boolean', 'null'],
      description: 'The message as the producer sent it.',
    }),
  })
  .openapi('LoggedEvent')

export const eventOf = ({ shard, record, event }: FoundEvent): z.infer<typeof eventSchema> => ({
  shard,
  position: record.position,
  source: { partition: shard, offset: record.sourceOffset },
  recorded_at: isoTime(record.recordedAt),
  event_id: event.eventId,
  type: event.type,
  occurred_at: isoTime(event.occurredAt),
  event: JSON.parse(record.value.toString()),
})
