import { everyWindow } from '@patterns/testing/everyWindow.ts'
import { randomUUID } from 'node:crypto'
import { metrics } from '@patterns/projections/analytics/metric.ts'
import { pointsOf } from '@patterns/projections/analytics/points.ts'
import type { SeriesWindow } from '@patterns/projections/analytics/series.ts'
import { createSeries } from '@patterns/projections/analytics/series.ts'
import { closedUntil } from '@patterns/projections/analytics/trendRange.ts'
import { trendLine } from '@patterns/projections/analytics/trendLine.ts'
import { type Granularity, windowMs } from '@patterns/projections/window.ts'
import { checkpointsOf } from '@patterns/read-model/checkpoint.ts'
import { servedProjections, servedTables } from '@patterns/read-model/served.ts'
import type { PatternEvent } from '@patterns/shared/contract/patternEvent.ts'
import { createLogger } from '@patterns/shared/logger.ts'
import type pg from 'pg'
import {
  openProjector,
  type ProjectableEvent,
  type Projector,
  type ProjectorOptions,
} from '../project/projector.ts'
import type { Clock } from '../trends/clock.ts'
import { createThrottle } from '../trends/throttle.ts'
import { createShardTrends, type ShardTrends, type ShardTrendsOptions } from '../trends/shardTrends.ts'

/** A shard's projector and its trends, together as a shard's owner holds them. */
export interface OwnedShard {
  readonly projector: Projector
  readonly trends: ShardTrends
  /** Folds events and writes them. */
  project(events: readonly ProjectableEvent[]): Promise<void>
  close(): void
}

export interface OwnShardOptions extends Partial<
  Pick<ShardTrendsOptions, 'maxWindows' | 'onWritten' | 'backoff'>
> {
  readonly pool: pg.Pool
  /** Where the trends write, if not to `pool`. */
  readonly trendsPool?: pg.Pool
  readonly shard: number
  readonly clock: Clock
  /** The events of the log, of which the projector takes those that are not projected yet. */
  readonly log?: readonly ProjectableEvent[]
}

const never = 1_000_000

export const ownShard = async ({
  pool,
  trendsPool = pool,
  shard,
  clock,
  log = [],
  ...options
}: OwnShardOptions): Promise<OwnedShard> => {
  const windows = { ...servedProjections.windows, shard }
  const committed: ProjectorOptions['onCommitted'][] = []
  const projector = await openProjector({
    pool,
    checkpointKey: windows,
    flushIntervalMs: never,
    now: () => 0,
    onFailure: () => {},
    onCommitted: (changed, position) => committed[0]?.(changed, position),
  })
  const opened = createShardTrends({
    pool: trendsPool,
    windows,
    position: projector.position(),
    clock,
    throttle: createThrottle({ clock }),
    logger: createLogger('test', 'silent'),
    ...options,
  })
  committed.push((changed, position) => opened.flushed(changed, position))
  const project = async (events: readonly ProjectableEvent[]): Promise<void> => {
    await projector.take(events, 0)
    await projector.flush()
  }
  await project(log.slice(projector.position()))
  opened.start()
  await opened.settled()
  return {
    projector,
    trends: opened,
    project,
    close() {
      projector.close()
      opened.close()
    },
  }
}

/** A use of a pattern that the broker took at once. */
export const used = (
  patternId: string,
  occurredAt: number,
  { outcome = 'success', ...rest }: Partial<PatternEvent> = {},
): ProjectableEvent => ({
  event: {
    eventId: randomUUID(),
    type: 'pattern.used',
    patternId,
    occurredAt,
    isTest: false,
    patternName: undefined,
    patternType: undefined,
    outcome,
    qualityMillionths: undefined,
    executionTimeMs: undefined,
    registration: undefined,
    ...rest,
  },
  recordedAt: occurredAt,
})

/** A line as the table has it. */
export type StoredLine = Readonly<Record<string, number | string | null>>

const figureColumns = ['points', 'span', 'slope', 'intercept', 'r_squared', 'mean', 's', 'variance', 'p']

/** All lines of a shard by `<granularity>/<windows>/<metric>/<pattern id>`. */
export const readLines = async (pool: pg.Pool, shard: number): Promise<Map<string, StoredLine>> => {
  const { rows } = await pool.query(
    `select concat_ws('/', granularity, windows, metric, pattern_id) as key,
       extract(epoch from closed_until)::float8 * 1000 as closed_until,
       extract(epoch from start)::float8 * 1000 as start, ${figureColumns.join(', ')}
     from ${servedTables.trends} where shard = $1`,
    [shard],
  )
  return new Map(rows.map(({ key, ...line }) => [key as string, line as StoredLine]))
}

/** Where the trends of a shard are. */
export const readTrendsCheckpoint = async (
  pool: pg.Pool,
  shard: number,
): Promise<{ position: number; closedUntil: number | undefined }> => {
  const { rows } = await pool.query<{ position: number; watermark: Date | null }>(
    `select position, watermark from ${checkpointsOf(servedProjections.trends)} as trends where shard = $1`,
    [shard],
  )
  return { position: rows[0]?.position ?? 0, closedUntil: rows[0]?.watermark?.getTime() }
}

/**
 * The same lines computed at request time: read again from the window tables, with nothing of what is kept in
 * memory or in the trend table. The four series are written down here a second time, from the brief.
 */
export const computeLines = async (
  pool: pg.Pool,
  shard: number,
  now: number,
): Promise<Map<string, StoredLine>> => {
  const { rows } = await pool.query(
    `select w.*, c.first_seen from (${everyWindow('windows')}) w join ${servedTables.catalogue} c using (pattern_id, shard)
     where shard = $1 order by window_start`,
    [shard],
  )
  const lines = new Map<string, StoredLine>()
  const byPattern = Map.groupBy(rows, (row) => row.pattern_id as string)
  for (const [patternId, ofPattern] of byPattern) {
    for (const [granularity, windows] of [
      ['hour', 24],
      ['day', 30],
      ['week', 12],
      ['day', 90],
    ] as [Granularity, number][]) {
      const to = closedUntil(granularity, now)
      const range = { from: to - windows * windowMs[granularity], to }
      const states = ofPattern
        .filter((row) => row.granularity === granularity)
        .map((row): SeriesWindow => ({
          start: row.window_start.getTime(),
          state: {
            outcomes: row,
            quality: { count: row.quality_count, sum: row.quality_sum },
            duration: { count: row.duration_count, sumMs: row.duration_sum_ms },
          },
        }))
      for (const metric of metrics) {
        const firstSeen = ofPattern[0].first_seen.getTime()
        const series = createSeries({ metric, granularity, range, now, windows: states, firstSeen })
        const line = trendLine(
          pointsOf([...series.values.slice(0, series.length)], [...series.indices.slice(0, series.length)]),
        )
        const isMeasured = line.status === 'measured'
        lines.set(`${granularity}/${windows}/${metric}/${patternId}`, {
          closed_until: to,
          start: series.start,
          points: line.points,
          span: isMeasured ? line.span : null,
          slope: isMeasured ? line.slope : null,
          intercept: isMeasured ? line.intercept : null,
          r_squared: isMeasured ? line.rSquared : null,
          mean: isMeasured ? line.mean : null,
          s: isMeasured ? line.s : null,
          variance: isMeasured ? line.variance : null,
          p: isMeasured ? line.p : null,
        })
      }
    }
  }
  return lines
}
