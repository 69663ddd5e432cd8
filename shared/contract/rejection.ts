/** Why a message became a dead letter instead of an event. */
export const rejectionReasons = [
  'not_json',
  'schema',
  'too_large',
  'future_time',
  'id_conflict',
  // No message of its own: the whole batch that it came in.
  'unreadable_batch',
] as const
export type RejectionReason = (typeof rejectionReasons)[number]

/** One broken rule. `path` is the field in the producer's own names, `''` the whole message. */
export interface Fault {
  readonly path: string
  readonly message: string
}

export interface Rejection {
  readonly reason: RejectionReason
  readonly faults: readonly Fault[]
}
