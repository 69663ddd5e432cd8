import { advanceWatermark } from '@patterns/shared/contract/watermark.ts'
import type { NewEvent } from './eventLog.ts'
import { storableTime } from './storableTime.ts'

/** The watermark of a shard after some more events; `null`, not known, if it was not known before. */
export const watermarkAfter = (before: number | null, events: readonly NewEvent[]): number | null => {
  if (before === null) return null
  let watermark = before
  for (const { occurredAt, message } of events)
    watermark = advanceWatermark(watermark, occurredAt, storableTime(message.timestamp))
  return watermark
}
