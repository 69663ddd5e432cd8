import type { OutgoingMessage } from '@patterns/topic/publisher.ts'
import { lacksId } from '@patterns/shared/contract/lacksId.ts'
import { givenIdHeader } from '@patterns/shared/contract/upcast.ts'
import { z } from 'zod'
import { memberBytes } from './memberBytes.ts'

/** A line of `log export` that is not just the event: what stands around it. */
const exportedLine = z.strictObject({
  shard: z.int().optional(),
  position: z.int().optional(),
  source_offset: z.int().optional(),
  recorded_at: z.iso.datetime().optional(),
  event_id: z.uuid().optional(),
  headers: z.record(z.string(), z.string()).optional(),
  event: z.unknown(),
})

/**
 * The message that a line of `log export` was, so that it is recognized if the log has it, and is the same event in
 * another log; `undefined` if the line is the event itself. An event has other fields than such a line may have.
 * @param keepTime whether it is to have the time at which it was recorded
 */
export const exportedMessage = (
  bytes: Buffer,
  parsed: Readonly<Record<string, unknown>>,
  keepTime: boolean,
): (Omit<OutgoingMessage, 'key'> & { readonly value: Buffer }) | undefined => {
  const line = exportedLine.safeParse(parsed)
  const value = line.success ? memberBytes(bytes, 'event') : undefined
  if (!line.success || value === undefined) return undefined
  const { event_id, headers: kept, recorded_at } = line.data
  const isNamed = event_id !== undefined && lacksId(value, kept)
  const headers = isNamed ? { ...kept, [givenIdHeader]: event_id } : kept
  return {
    value,
    ...(headers === undefined ? {} : { headers }),
    ...(keepTime && recorded_at !== undefined ? { timestamp: Date.parse(recorded_at) } : {}),
  }
}
