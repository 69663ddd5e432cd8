/** A valid message of version 1 before anything is done to it. Fits a publisher as it is. */
export interface PlainMessage {
  /** The pattern's id. */
  readonly key: string
  readonly value: string
  /** Epoch milliseconds; the event's own time. */
  readonly timestamp: number
}
