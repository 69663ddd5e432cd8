/** What standings and lists sum of the windows, besides uses: columns of the same names in the tables of both. */
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
