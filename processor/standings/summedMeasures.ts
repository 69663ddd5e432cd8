/** What standings sum of the windows, named as in both. */
export const summedMeasures = [
  'successes',
  'partial_successes',
  'failures',
  'errors',
  'quality_count',
  'quality_sum',
  'duration_count',
  'duration_sum_ms',
] as const
