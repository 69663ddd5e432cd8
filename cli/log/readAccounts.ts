import type { EventLog, LogRecord } from '@patterns/event-log/eventLog.ts'
import { MissingPositionsError } from '@patterns/event-log/missingPositions.ts'
import type pg from 'pg'
import type { DuplicateRow } from './auditShard.ts'

const rowsPerPage = 10_000

/** All events of a shard that there are: if the log has a hole, what comes behind it follows. */
export async function* readAcrossHoles(log: EventLog, shard: number): AsyncGenerator<readonly LogRecord[]> {
  for (let after = 0; ;) {
    try {
      return yield* log.read(shard, after)
    } catch (error) {
      if (!(error instanceof MissingPositionsError)) throw error
      after = error.missing.last
    }
  }
}

/** The duplicates of a shard, by source offset. */
export async function* readDuplicates(pool: pg.Pool, shard: number): AsyncGenerator<readonly DuplicateRow[]> {
  for (let after = -1; ;) {
    const { rows } = await pool.query<DuplicateRow>(
      `select source_offset as "sourceOffset", coalesce(first_shard, shard) as shard, position from duplicates
       where shard = $1 and source_offset > $2 order by source_offset limit $3`,
      [shard, after, rowsPerPage],
    )
    if (rows.length === 0) return
    yield rows
    after = rows.at(-1)!.sourceOffset
  }
}

/** The source offsets of a shard's dead letters, in order. */
export async function* readDeadLetterOffsets(
  pool: pg.Pool,
  shard: number,
): AsyncGenerator<readonly number[]> {
  for (let after = -1; ;) {
    const { rows } = await pool.query<{ source_offset: number }>(
      'select source_offset from dead_letters where shard = $1 and source_offset > $2 order by source_offset limit $3',
      [shard, after, rowsPerPage],
    )
    if (rows.length === 0) return
    yield rows.map((row) => row.source_offset)
    after = rows.at(-1)!.source_offset
  }
}
