import { type Granularity, windowMs } from '@patterns/projections/window.ts'
import type pg from 'pg'
import { to as copyTo } from 'pg-copy-streams'
import type { Vector } from '@patterns/read-model/vector.ts'
import { servedTables } from '@patterns/read-model/served.ts'

/** Told of each row. `bytes` and `values` are only good until it returns. */
export type OnRow = (
  windowStart: number,
  bytes: Buffer,
  idAt: number,
  shard: number,
  values: Float64Array,
) => void

export interface RowsWanted {
  readonly granularity: Granularity
  /** What is read of each row: integer columns that are never null. */
  readonly columns: readonly string[]
  /** The windows' starts, epoch milliseconds. */
  readonly starts: readonly number[]
  /** Only rows that an event after this vector has changed. */
  readonly after?: Vector
  /** Only rows of these patterns. */
  readonly patternIds?: readonly string[]
}

/** COPY takes no parameters, so these are written into the text: numbers and ids of ours only. */
const condition = ({ granularity, starts, after, patternIds }: RowsWanted): string => {
  const times = starts.map((start) => new Date(start).toISOString())
  const isRun = starts.every((start, i) => start === starts[0]! + i * windowMs[granularity])
  const inWindows = isRun
    ? `window_start between '${times[0]}' and '${times.at(-1)}'`
    : `window_start = any('{${times.join(',')}}'::timestamptz[])`
  const isNew =
    after === undefined || after.size === 0
      ? ''
      : `and last_position > case shard ${[...after].map(([shard, position]) => `when ${shard} then ${position}`).join(' ')} else 0 end`
  const isWanted = patternIds === undefined ? '' : `and pattern_id = any('{${patternIds.join(',')}}'::uuid[])`
  return `${inWindows} ${isNew} ${isWanted}`
}

/**
 * PGCOPY\n\377\r\n\0, flags and an empty extension; then rows, each a field count (2 bytes) and the fields,
 * each its length (4 bytes) and its bytes. No column here is null or of variable length.
 */
const headerBytes = 19
const at = {
  start: 2 + 4,
  id: 2 + 4 + 8 + 4,
  shard: 2 + 4 + 8 + 4 + 16 + 4,
  values: 2 + 4 + 8 + 4 + 16 + 4 + 4,
}
const postgresEpochMs = Date.UTC(2000, 0, 1)

const readInt8 = (bytes: Buffer, offset: number): number =>
  bytes.readInt32BE(offset) * 4_294_967_296 + bytes.readUInt32BE(offset + 4)

/**
 * Reads some columns of all patterns in some windows as binary COPY: through pg's text parser the same rows
 * take several times as long.
 */
export const readRows = async (client: pg.PoolClient, wanted: RowsWanted, onRow: OnRow): Promise<void> => {
  if (wanted.starts.length === 0) return
  const { columns } = wanted
  const values = new Float64Array(columns.length)
  const rowBytes = at.values + columns.length * 12
  let rest: Buffer = Buffer.alloc(0)
  let isBegun = false
  const stream = copyTo(`copy (select window_start, pattern_id, shard, ${columns.join(', ')}
    from ${servedTables.windows[wanted.granularity]} where ${condition(wanted)}) to stdout (format binary)`)
  // The stream ends before the connection is ready for the next statement.
  const ready = new Promise<void>((resolve) => Object.assign(stream, { handleReadyForQuery: resolve }))
  client.query(stream)
  for await (const chunk of stream) {
    const bytes: Buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    let row = 0
    if (!isBegun) {
      if (bytes.length < headerBytes) {
        rest = bytes
        continue
      }
      isBegun = true
      row = headerBytes
    }
    for (; row + rowBytes <= bytes.length; row += rowBytes) {
      for (let i = 0; i < values.length; i++) values[i] = readInt8(bytes, row + at.values + i * 12 + 4)
      const start = readInt8(bytes, row + at.start) / 1_000 + postgresEpochMs
      onRow(start, bytes, row + at.id, bytes.readInt32BE(row + at.shard), values)
    }
    rest = bytes.subarray(row)
  }
  await ready
}
