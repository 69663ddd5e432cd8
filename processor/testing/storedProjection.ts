import { servedTables } from '@patterns/read-model/served.ts'
import { everyWindow } from '@patterns/testing/everyWindow.ts'
import { recountCatalogue } from '@patterns/testing/recountCatalogue.ts'
import type { RecordedEvent } from '@patterns/testing/eventHistories.ts'
import { recountWindows, rowKey } from '@patterns/testing/recountWindows.ts'
import type pg from 'pg'

/** All that the tables hold of a shard, and what they must hold. */
export interface StoredProjection {
  /** Window rows by `rowKey`. */
  readonly windows: Map<string, Record<string, unknown>>
  /** Catalogue entries by pattern id. */
  readonly entries: Map<string, unknown>
  readonly checkpoint: { position: number; watermark: number | null }
}

const epochMs = (date: unknown): number | null => (date as Date | null)?.getTime() ?? null

const word = (value: unknown, saidAt: unknown, saidBy: unknown) =>
  saidAt === null ? null : { value, occurredAt: epochMs(saidAt), eventId: saidBy }

export const readProjection = async (pool: pg.Pool, shard: number): Promise<StoredProjection> => {
  const windows = new Map<string, Record<string, unknown>>()
  for (const kind of ['windows', 'totals'] as const) {
    const { rows } = await pool.query(`select * from (${everyWindow(kind)}) as w where shard = $1`, [shard])
    for (const { granularity, pattern_id = null, window_start, shard: _, ...columns } of rows) {
      windows.set(rowKey(granularity, pattern_id, window_start), columns)
    }
  }
  const { rows: catalogue } = await pool.query(`select * from ${servedTables.catalogue} where shard = $1`, [
    shard,
  ])
  const nothing = { description: null, tags: null, nodeType: null }
  const entries = new Map(
    catalogue.map((row) => [
      row.pattern_id as string,
      {
        firstSeen: epochMs(row.first_seen),
        lastSeen: epochMs(row.last_seen),
        lastUsed: epochMs(row.last_used),
        lastPosition: row.last_position as number,
        patternName: word(row.pattern_name, row.pattern_name_said_at, row.pattern_name_said_by),
        patternType: word(row.pattern_type, row.pattern_type_said_at, row.pattern_type_said_by),
        ...(row.said ?? nothing),
      },
    ]),
  )
  const { rows: checkpoints } = await pool.query(
    'select position, watermark from projection_checkpoints where shard = $1',
    [shard],
  )
  const [{ position, watermark }] = checkpoints
  return { windows, entries, checkpoint: { position, watermark: epochMs(watermark) } }
}

/** The same from the definitions alone. */
export const recountProjection = (history: readonly RecordedEvent[]): StoredProjection => {
  const times = history.map(({ event, recordedAt }) => Math.min(event.occurredAt, recordedAt))
  return {
    windows: recountWindows(history),
    entries: recountCatalogue(history),
    checkpoint: {
      position: history.length,
      watermark: history.length === 0 ? null : Math.max(...times),
    },
  }
}

/** Every row of a shard as Postgres writes it, so that two shards can be compared to the last byte. */
export const rowsAsText = async (pool: pg.Pool, shard: number): Promise<string[]> => {
  const { rows } = await pool.query<{ text: string }>(
    `select (to_jsonb(w) - 'shard')::text as text from (${everyWindow('windows')}) w where shard = $1
     union all select (to_jsonb(w) - 'shard')::text from (${everyWindow('totals')}) w where shard = $1
     union all select (to_jsonb(c) - 'shard')::text from ${servedTables.catalogue} c where shard = $1
     order by 1`,
    [shard],
  )
  return rows.map((row) => row.text)
}
