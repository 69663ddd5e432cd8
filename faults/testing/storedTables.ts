import { createPostgresEventLog } from '@patterns/event-log/postgres/postgresEventLog.ts'
import { everyWindow } from '@patterns/testing/everyWindow.ts'
import type pg from 'pg'
import { canonicalJson, type TableRow, type Tables } from './tables.ts'

const counters = [
  ...['uses', 'successes', 'partial_successes', 'failures', 'errors'],
  ...['quality_count', 'quality_sum', 'quality_square_sum', 'quality_min', 'quality_max'],
  ...['duration_count', 'duration_sum_ms', 'duration_min_ms', 'duration_max_ms'],
  ...['first_recorded_ms', 'last_recorded_ms', 'first_position', 'last_position'],
]
const histograms = ['quality_histogram', 'duration_histogram']

const asText = (columns: readonly string[]): string =>
  columns.map((column) => `${column}::text as ${column}`).join(', ')
const milliseconds = (column: string): string =>
  `round(extract(epoch from ${column}) * 1000)::bigint::text as ${column}`

/** Varints: the first bin, then the counts. */
const readHistogram = (bytes: Buffer | null): string | null => {
  if (bytes === null) return null
  const values: number[] = []
  let [value, scale] = [0, 1]
  for (const byte of bytes) {
    value += (byte % 128) * scale
    scale *= 128
    if (byte < 128) {
      values.push(value)
      ;[value, scale] = [0, 1]
    }
  }
  return `${values[0]}: ${values.slice(1).join(' ')}`
}

type Row = Record<string, string | null>

const readTable = async (
  pool: pg.Pool,
  key: string,
  query: string,
  change: (row: Row) => Row = (row) => row,
): Promise<Map<string, TableRow>> => {
  const { rows } = await pool.query<Row>(`select ${key} as row_key, ${query}`)
  return new Map(
    rows.map((row) => {
      const { row_key, ...columns } = change(row)
      return [row_key!, columns]
    }),
  )
}

const readWindows = async (pool: pg.Pool): Promise<Map<string, TableRow>> => {
  const columns = `${asText(counters)}, ${histograms.join(', ')}`
  const start = '(extract(epoch from window_start) * 1000)::bigint'
  const read = async (patternId: string, windows: string) =>
    readTable(
      pool,
      `concat_ws('/', granularity, ${patternId}, ${start}, shard)`,
      `${columns} from (${windows}) as windows`,
      (row) => ({
        ...row,
        ...Object.fromEntries(
          histograms.map((name) => [name, readHistogram(row[name] as unknown as Buffer | null)]),
        ),
      }),
    )
  const [patterns, totals] = await Promise.all([
    read('pattern_id', everyWindow('windows')),
    read(`'all'`, everyWindow('totals')),
  ])
  return new Map([...patterns, ...totals])
}

const readLog = async (pool: pg.Pool): Promise<Map<string, TableRow>> => {
  const log = createPostgresEventLog({ pool })
  const rows = new Map<string, TableRow>()
  for (const shard of await log.shards()) {
    for await (const page of log.read(shard, 0)) {
      for (const record of page)
        rows.set(`${shard}/${record.position}`, {
          source_offset: String(record.sourceOffset),
          recorded_at: String(record.recordedAt),
          event_id: record.eventId,
          value: record.value.toString('hex'),
        })
    }
  }
  return rows
}

const orNull = (value: unknown): string | null => (value === null ? null : canonicalJson(value))

/** All that the processor has written. */
export const readStoredTables = async (pool: pg.Pool): Promise<Tables> => ({
  windows: await readWindows(pool),
  catalogue: await readTable(
    pool,
    `concat_ws('/', pattern_id, shard)`,
    `${['first_seen', 'last_seen', 'last_used', 'pattern_name_said_at', 'pattern_type_said_at'].map(milliseconds).join(', ')},
     ${asText(['last_position', 'pattern_name', 'pattern_name_said_by', 'pattern_type', 'pattern_type_said_by'])}, said
     from pattern_catalogue_v1`,
    (row) => ({ ...row, said: orNull(row['said']) }),
  ),
  heads: await readTable(
    pool,
    'shard::text',
    `${asText(['position', 'first_source_offset', 'next_source_offset', 'duplicates', 'dead_lettered', 'not_records'])}
     , ${milliseconds('watermark')} from event_log_shards`,
  ),
  checkpoints: await readTable(
    pool,
    'shard::text',
    `${asText(['position'])}, ${milliseconds('watermark')} from projection_checkpoints
     where projection = 'pattern_windows'`,
  ),
  log: await readLog(pool),
  deadLetters: await readTable(
    pool,
    `concat_ws(':', shard, source_offset)`,
    `reason, encode(key, 'hex') as key, encode(value, 'hex') as value, headers,
     ${milliseconds('recorded_at')} from dead_letters where jsonb_array_length(faults) > 0`,
    (row) => ({ ...row, headers: orNull(row['headers']) }),
  ),
  duplicates: await readTable(
    pool,
    `concat_ws(':', shard, source_offset)`,
    'position::text as position, coalesce(first_shard, shard)::text as first_shard from duplicates',
  ),
})
