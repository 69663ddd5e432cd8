import type { NewEvent } from '../eventLog.ts'

/**
 * What one segment holds at most. A reader unpacks a segment to get at any event of it, so a batch of a backlog, which
 * may be 32 MiB packed, becomes several; smaller ones would cost a row each and compress less.
 */
const maxEvents = 4_096
const maxBytes = 2 * 1024 * 1024

/** Divides the events of a batch into those of its segments, in order; one event may be larger than what one should hold. */
export const divideBatch = (events: readonly NewEvent[]): (readonly NewEvent[])[] => {
  const segments: (readonly NewEvent[])[] = []
  let from = 0
  let bytes = 0
  for (let i = 0; i < events.length; i++) {
    bytes += events[i]!.message.value!.length
    if (i > from && (bytes > maxBytes || i - from === maxEvents)) {
      segments.push(events.slice(from, i))
      from = i
      bytes = events[i]!.message.value!.length
    }
  }
  if (from < events.length) segments.push(events.slice(from))
  return segments
}
