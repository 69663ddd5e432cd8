/**
 * For tests: a query for the windows of all sizes, with their size as `granularity`, of each pattern or of all
 * patterns together.
 */
export const everyWindow = (whose: 'pattern' | 'total'): string =>
  ['hour', 'day', 'week']
    .map((size) => `select '${size}'::granularity as granularity, * from ${whose}_windows_v1_${size}`)
    .join(' union all ')
