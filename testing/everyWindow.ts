import { servedTables } from '@patterns/read-model/served.ts'

/**
 * A query for the windows of all sizes, with their size as `granularity`, of each pattern or of all
 * patterns together.
 */
export const everyWindow = (kind: 'windows' | 'totals'): string =>
  Object.entries(servedTables[kind])
    .map(([size, table]) => `select '${size}'::granularity as granularity, * from ${table}`)
    .join(' union all ')
