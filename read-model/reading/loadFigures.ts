import type { MetricState } from '@patterns/projections/analytics/metric.ts'
import { type Granularity, granularities } from '@patterns/projections/window.ts'
import { timestamptzArray, uuidArray } from '@patterns/shared/postgres/binaryArray.ts'
import { transaction } from '@patterns/shared/postgres/transaction.ts'
import type pg from 'pg'
import type { CheckpointKey } from '../projection.ts'
import { readCheckpoint } from './readCheckpoint.ts'
import { tablesOf } from '../tables.ts'

/** What trends need of a window. */
export interface LoadedWindow {
  readonly granularity: Granularity
  readonly start: number
  readonly state: MetricState
}

/** A pattern with its windows. */
export interface LoadedPattern {
  readonly patternId: string
  readonly firstSeen: number
  readonly windows: readonly LoadedWindow[]
}

type FiguresRow = [
  patternId: string,
  start: number,
  uses: number,
  successes: number,
  qualityCount: number,
  qualitySum: number,
  durationCount: number,
  durationSumMs: number,
]

const readWindows = async (
  client: pg.ClientBase,
  { version, shard }: CheckpointKey,
  granularity: Granularity,
  from: number,
  patternIds: Buffer,
): Promise<FiguresRow[]> => {
  const { rows } = await client.query<FiguresRow>({
    name: `load_figures_v${version}_${granularity}`,
    rowMode: 'array',
    text: `
select pattern_id, extract(epoch from window_start)::float8 * 1000, uses, successes + partial_successes,
  quality_count, quality_sum, duration_count, duration_sum_ms
from ${tablesOf(version).windows[granularity]}
where pattern_id = any($1::uuid[])
  and window_start >= ($2::timestamptz[])[1] and shard = $3`,
    values: [patternIds, timestamptzArray([from]), shard],
  })
  return rows
}

const toWindow = (granularity: Granularity, row: FiguresRow): LoadedWindow => ({
  granularity,
  start: row[1],
  state: {
    outcomes: { uses: row[2], successes: row[3], partial_successes: 0 },
    quality: { count: row[4], sum: row[5] },
    duration: { count: row[6], sumMs: row[7] },
  },
})

/**
 * Reads the windows of some patterns from a horizon on, with the position of the shard that they are as of:
 * all of one snapshot. Sent together; how much is read at once is for the caller to bound.
 */
export const loadFigures = (
  pool: pg.Pool,
  key: CheckpointKey,
  patternIds: readonly string[],
  horizon: Readonly<Record<Granularity, number>>,
): Promise<{ readonly position: number; readonly patterns: readonly LoadedPattern[] }> =>
  transaction(pool, async (client) => {
    await client.query('set transaction isolation level repeatable read, read only')
    const ids = uuidArray(patternIds)
    const [checkpoint, catalogue, ...windows] = await Promise.all([
      readCheckpoint(client, key),
      client.query<{ pattern_id: string; first_seen: Date }>(
        `select pattern_id, first_seen from ${tablesOf(key.version).catalogue}
         where pattern_id = any($1::uuid[]) and shard = $2`,
        [ids, key.shard],
      ),
      ...granularities.map((granularity) => readWindows(client, key, granularity, horizon[granularity], ids)),
    ])
    const windowsOf = new Map<string, LoadedWindow[]>(
      catalogue.rows.map(({ pattern_id: patternId }) => [patternId, []]),
    )
    for (const [index, rows] of windows.entries()) {
      for (const row of rows) windowsOf.get(row[0])?.push(toWindow(granularities[index]!, row))
    }
    return {
      position: checkpoint?.position ?? 0,
      patterns: catalogue.rows.map(({ pattern_id: patternId, first_seen: firstSeen }) => ({
        patternId,
        firstSeen: firstSeen.getTime(),
        windows: windowsOf.get(patternId)!,
      })),
    }
  })
