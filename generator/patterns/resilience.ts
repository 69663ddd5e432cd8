import type { PatternRow } from '../patterns.ts'

export const resilience: readonly PatternRow[] = [
  ['Circuit Breaker', 'steady', 22, 0.97, 0.88, 120, 'Stops calling a dependency that keeps failing'],
  ['Retry with Jitter', 'improving', 18, 0.96, 0.87, 95, 'Retries after a random, growing pause'],
  ['Bulkhead', 'steady', 9, 0.94, 0.82, 160, 'Gives each dependency its own share of threads'],
  ['Fixed-Delay Retry', 'declining', 10, 0.74, 0.48, 210, 'Retries at the same interval for ever'],
  ['Timeout Budget', 'emerging', 6, 0.95, 0.86, 80, 'Passes the remaining time on to each call'],
  ['Load Shedding', 'bursty', 7, 0.92, 0.8, 60, 'Refuses work early when a queue grows'],
  ['Graceful Degradation', 'worsening', 11, 0.93, 0.84, 190, 'Serves a simpler answer when a part is down'],
  ['Saga Compensation', 'worsening', 8, 0.9, 0.81, 680, 'Undoes finished steps when a later one fails'],
  ['Dead Letter Queue', 'steady', 12, 0.98, 0.9, 70, 'Sets a poison message aside and goes on'],
  ['Hedged Requests', 'rare', 1, 0.9, 0.77, 140, 'Asks a second replica when the first is slow'],
]
