import { decodeRecord } from '@patterns/shared/contract/decodeRecord.ts'
import { createMemoryEventLog } from '@patterns/event-log/testing/memoryEventLog.ts'

/** Two patterns. */
export const mine = '0197a3b4-0000-7000-8000-000000000001'
export const other = '0197a3b4-0000-7000-8000-000000000002'
/** When the first message of a log was sent, epoch milliseconds; the others a minute apart. */
export const began = Date.UTC(2026, 3, 1)
export const minute = 60_000

/** The text of a use of a pattern, the `i`-th message. */
export const body = (patternId: string, i: number) =>
  JSON.stringify({
    event_id: `00000000-0000-7000-8000-${String(i).padStart(12, '0')}`,
    type: 'pattern.used',
    schema_version: 1,
    pattern_id: patternId,
    occurred_at: new Date(began + i * minute).toISOString(),
    outcome: 'success',
  })

/** A log with one message a minute, as these texts. */
export const logOf = async (texts: readonly string[]) => {
  const log = createMemoryEventLog()
  await log.append({
    shard: 0,
    expected: await log.open(0, 0),
    events: texts.map((text, i) => {
      const eventId = `00000000-0000-7000-8000-${String(i).padStart(12, '0')}`
      const [value, headers, occurredAt] = [Buffer.from(text), undefined, began + i * minute]
      return {
        eventId,
        occurredAt,
        event: decodeRecord({ position: i + 1, eventId, value, headers }),
        message: { offset: i, key: null, value, headers, timestamp: occurredAt },
      }
    }),
    deadLetters: [],
    duplicates: [],
    nextSourceOffset: texts.length,
  })
  return log
}
