import { z } from '@hono/zod-openapi'
import type { Vector } from '@patterns/read-model/vector.ts'

/** What every answer with numbers says about itself. */
export const answerFields = {
  log_id: z.string().openapi({
    description:
      'Which log `as_of` counts in. After a reset it is another, and positions of the two have nothing to do with each other.',
    example: '8c1f04e2',
  }),
  as_of: z.record(z.string(), z.int()).openapi({
    description:
      'For each shard, the log position up to which its events are in these numbers: all of them, and none after.',
    example: { '0': 123, '1': 98 },
  }),
  generated_at: z.iso.datetime().openapi({ description: 'When this answer was made.' }),
}

export const rangeFields = {
  from: z.iso.datetime().openapi({ description: 'The start of the range that was answered for, inclusive.' }),
  to: z.iso.datetime().openapi({ description: 'Its end, exclusive.' }),
}

export const windowStatusField = z.enum(['open', 'settled', 'restated']).openapi({
  description:
    '`open` until an hour past both its end and the hour in which its first event came, then `restated` where events came after that and changed it, else `settled`.',
})

export const asOf = (vector: Vector): Record<string, number> => Object.fromEntries(vector)

/** Epoch milliseconds as the RFC 3339 time of an answer. */
export const isoTime = (time: number): string => new Date(time).toISOString()

export const isoTimeOrNull = (time: number | null): string | null => (time === null ? null : isoTime(time))
