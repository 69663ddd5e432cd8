/** How long things may take on the connections of a pool, in milliseconds. */
export interface TimeLimits {
  /** One statement, by the server's clock; 0: any time. The server ends it, and the connection serves on. */
  readonly statementMs: number
  /**
   * A connection that says nothing while an answer is due; 0: any time. It counts as broken then: the statement may have
   * been done or not. Bytes that arrive are a sign of life, so a large answer may take as long as it takes.
   */
  readonly silenceMs: number
  /** Making a connection. */
  readonly connectMs: number
  /** Waiting for a connection while all are busy. */
  readonly queueMs: number
}

/** What a pool allows unless it says otherwise: tests and benchmarks wait as long as they like. */
export const patient: TimeLimits = { statementMs: 0, silenceMs: 0, connectMs: 5_000, queueMs: 5_000 }

/** What each process allows. The one place where this is decided. */
export const timeLimits = {
  /**
   * Silence ends before the statement does: a connection that is dead is found in a third of the 45 s within which
   * messages must be taken again. That a statement of a client who is gone ends at all is what the server's limit is for.
   * Waiting in the queue is no failure: in a stall of the disk all shards wait for the same few connections.
   */
  processor: { statementMs: 30_000, silenceMs: 15_000, connectMs: 5_000, queueMs: 60_000 },
  /** People wait. The server's limit comes first: what takes too long is told apart from what does not answer. */
  api: { statementMs: 5_000, silenceMs: 6_000, connectMs: 3_000, queueMs: 5_000 },
  /** A command may read the whole log in one statement, and somebody sits before it. */
  command: { statementMs: 0, silenceMs: 600_000, connectMs: 5_000, queueMs: 5_000 },
} satisfies Record<string, TimeLimits>
