export const eventTypes = ['pattern.used', 'pattern.quality_assessed', 'pattern.registered'] as const
export type EventType = (typeof eventTypes)[number]

export const outcomes = ['success', 'partial_success', 'failure', 'error'] as const
export type Outcome = (typeof outcomes)[number]

/** What `pattern.registered` says beyond the name and the type. */
export interface Registration {
  readonly description: string | undefined
  readonly tags: readonly string[] | undefined
  readonly nodeType: string | undefined
}

/**
 * One accepted event, whatever version or envelope it came in. It holds what the
 * projections read; everything else stays in the log, in the producer's own bytes.
 * Flat and always with the same fields, since millions of these are made a minute.
 */
export interface PatternEvent {
  /** UUID in lower case. */
  readonly eventId: string
  readonly type: EventType
  /** UUID in lower case. */
  readonly patternId: string
  /** Event time, epoch milliseconds; what is finer is cut off. */
  readonly occurredAt: number
  /** Sent to try the way of an event: it is in the log, and in nothing that people see. */
  readonly isTest: boolean
  readonly patternName: string | undefined
  readonly patternType: string | undefined
  /** Present exactly when `type` is `pattern.used`. */
  readonly outcome: Outcome | undefined
  /** The quality score in millionths, rounded half up: an integer 0…1,000,000. */
  readonly qualityMillionths: number | undefined
  readonly executionTimeMs: number | undefined
  readonly registration: Registration | undefined
}
