/** A valid message of version 1, before any fault is put into it. A publisher takes it as it is. */
export interface ValidMessage {
  /** The pattern's id. */
  readonly key: string
  readonly value: string
  /** Epoch milliseconds; the event's own time. */
  readonly timestamp: number
}
