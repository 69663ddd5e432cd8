import { servedTables } from '@patterns/read-model/served.ts'

/**
 * A query for the windows of all sizes, with their size as `granularity`, of each pattern or of all
 * patterns together.
 */
export const everyWindow = (whose: 'windows' | 'totals'): string =>
  Object.entries(servedTables[whose])
    .map(([size, table]) => `select '${size}'::granularity as granularity, * from ${table}`)
    .join(' union all ')
