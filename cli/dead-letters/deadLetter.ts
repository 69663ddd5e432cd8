import type { Fault, RejectionReason } from '@patterns/shared/contract/rejection.ts'
import { printable } from '../print/printable.ts'

/** A row of `dead_letters`. */
export interface DeadLetter {
  readonly shard: number
  readonly source_offset: number
  readonly reason: RejectionReason
  readonly faults: readonly Fault[]
  readonly key: Buffer | null
  readonly recorded_at: Date
  readonly dead_lettered_at: Date
}

export interface DeadLetterWithValue extends DeadLetter {
  readonly value: Buffer | null
  readonly headers: Readonly<Record<string, unknown>> | null
}

export const placeOf = ({ shard, source_offset }: DeadLetter): string => `${shard}:${source_offset}`

/** The fields that are the same in a list and alone. */
export const asJson = (letter: DeadLetter) => ({
  shard: letter.shard,
  source_offset: letter.source_offset,
  reason: letter.reason,
  faults: letter.faults,
  ...bytesAsJson('key', letter.key),
  recorded_at: letter.recorded_at.toISOString(),
  dead_lettered_at: letter.dead_lettered_at.toISOString(),
})

/** Bytes as text if they are UTF-8, else as base64, so that none is lost. */
export const bytesAsJson = (name: string, bytes: Buffer | null): Record<string, string | null> => {
  const text = bytes?.toString() ?? null
  if (bytes === null || Buffer.from(text!).equals(bytes)) return { [name]: text }
  return { [`${name}_base64`]: bytes.toString('base64') }
}

export const describeFaults = (faults: readonly Fault[]): string[] =>
  faults.map(({ path, message }) => printable(path === '' ? message : `${path}: ${message}`))
