/** The projection that is read, and its version: the name of its checkpoints and the ending of its tables. */
export const liveProjection = { name: 'pattern_windows', version: 1 } as const

export const tables = {
  hour: 'pattern_windows_v1_hour',
  day: 'pattern_windows_v1_day',
  week: 'pattern_windows_v1_week',
  totals: { hour: 'total_windows_v1_hour', day: 'total_windows_v1_day', week: 'total_windows_v1_week' },
  catalogue: 'pattern_catalogue_v1',
} as const

/** The vector as an SQL expression: part of each statement that reads numbers, so both are of one snapshot. */
export const vectorExpression = `
  (select coalesce(json_object_agg(shard, position), '{}') from projection_checkpoints
   where projection = '${liveProjection.name}' and version = ${liveProjection.version})`
