import { systemClock } from '@patterns/processor/trends/clock.ts'
import { createTrends } from '@patterns/processor/trends/trends.ts'
import { checkpointsOf } from '@patterns/read-model/checkpoint.ts'
import { readVector } from '@patterns/read-model/reading/readVector.ts'
import { servedProjections } from '@patterns/read-model/served.ts'
import { createLogger } from '@patterns/shared/logger.ts'
import type pg from 'pg'

const hourMs = 3_600_000
/** An hour is closed an hour after its end. */
const closedHour = (now: number): number => Math.floor((now - hourMs) / hourMs) * hourMs

/** How often it is looked whether the lines are there, in milliseconds. */
const lookMs = 5

/** Brings the trend lines of every shard up to its windows, as the processor would have by `now` (epoch ms). */
export const seedTrends = async (pool: pg.Pool, now: number): Promise<void> => {
  const clock = {
    ...systemClock,
    now: () => now,
    // Nothing else is to be done meanwhile, so no rest is taken.
    schedule: (run: () => void) => systemClock.schedule(run, 0),
  }
  const trends = createTrends({ pool, logger: createLogger('processor', 'silent'), clock })
  const windows = await readVector(pool, servedProjections.windows)
  for (const [shard, position] of windows)
    trends.open({ ...servedProjections.windows, shard }, position).start()
  const areThere = async (): Promise<boolean> => {
    const failed = trends.states().find(({ status }) => status !== 'running')
    if (failed !== undefined) throw new Error(`The trends of shard ${failed.shard}: ${failed.reason}`)
    const found = await pool.query(
      `select from ${checkpointsOf(servedProjections.windows)} as windows
       left join ${checkpointsOf(servedProjections.trends)} as lines
         on lines.shard = windows.shard and lines.position = windows.position and lines.watermark = $1
       where lines.shard is null`,
      [new Date(closedHour(now))],
    )
    return found.rowCount === 0
  }
  try {
    while (!(await areThere())) await new Promise((resolve) => setTimeout(resolve, lookMs))
  } finally {
    await trends.stop()
  }
}
