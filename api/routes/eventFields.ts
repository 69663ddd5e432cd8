import { z } from '@hono/zod-openapi'
import { envelopeHeaders } from '@patterns/shared/contract/cloudEvents.ts'
import { eventTypes } from '@patterns/shared/contract/patternEvent.ts'
import { isoTime } from '../http/conventions/asOf.ts'
import { RawJson } from '../http/conventions/rawJson.ts'
import { publishedEventRef } from '../http/docs/publishedEvent.ts'
import type { FoundEvent } from '../queries/events/findEvents.ts'

export const eventSchema = z
  .strictObject({
    shard: z.int().openapi({ description: 'The shard of the log that holds it.' }),
    position: z.int().openapi({ description: "Its place in the shard's log." }),
    source: z
      .strictObject({
        partition: z.int().openapi({ description: 'Its partition.' }),
        offset: z.int().openapi({ description: 'Its offset there.' }),
      })
      .openapi({ description: 'The message that brought it.' }),
    recorded_at: z.iso.datetime().openapi({ description: "The broker's time of the message." }),
    event_id: z.uuid().openapi({ description: 'The id of the event, by which a second one is a duplicate.' }),
    type: z.enum(eventTypes).openapi({ description: 'What happened.' }),
    occurred_at: z.iso.datetime().openapi({ description: 'When it happened, as the producer says.' }),
    headers: z
      .record(z.string(), z.string())
      .optional()
      .openapi({
        description: 'Those that carry part of the event, as of a CloudEvent; absent if there are none.',
        example: { 'content-type': 'application/cloudevents+json' },
      }),
    event: z.instanceof(RawJson).openapi({
      type: 'object',
      ...publishedEventRef,
      description:
        'The value of the message as the producer sent it, digit by digit. Of a CloudEvent in binary mode that is its data.',
    }),
  })
  .openapi('LoggedEvent', { description: 'An event of the log, with where it is and where it came from.' })

export const eventOf = ({ shard, record, event }: FoundEvent): z.infer<typeof eventSchema> => ({
  shard,
  position: record.position,
  source: { partition: shard, offset: record.sourceOffset },
  recorded_at: isoTime(record.recordedAt),
  event_id: event.eventId,
  type: event.type,
  occurred_at: isoTime(event.occurredAt),
  headers: envelopeHeaders(record.headers),
  event: new RawJson(record.value),
})
