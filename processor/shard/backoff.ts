/**
 * The wait before attempt number `attempt` (from 1), in milliseconds: exponential with full jitter
 * (Brooker, "Exponential Backoff And Jitter", 2015), so that owners do not retry in step.
 */
export const backoffMs = (attempt: number): number =>
  Math.random() * Math.min(5_000, 100 * 2 ** Math.min(attempt, 10))
