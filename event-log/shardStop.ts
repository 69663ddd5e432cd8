import type { UnreadableBatch } from '@patterns/shared/contract/unreadableBatch.ts'

/** What a shard can stop for. */
export const stopReasons = [
  'lost_source',
  'unreadable_batch',
  'projection_error',
  'projection_ahead',
  'missing_positions',
  'failed',
] as const
export type StopReason = (typeof stopReasons)[number]

/** Why a shard stopped until a person sees to it. */
export interface StopCause {
  readonly reason: StopReason
  /** What happened, and what to do about it. */
  readonly message: string
  /** The command to begin with; `null` if there is none. */
  readonly command: string | null
  /** What is in its way, if that is a batch that cannot be read. */
  readonly batch?: UnreadableBatch
}

/** A shard that stopped, as it is stored. */
export interface ShardStop extends Omit<StopCause, 'batch'> {
  readonly shard: number
  readonly stoppedAt: Date
}
