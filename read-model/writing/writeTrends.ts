import type { TrendLine } from '@patterns/projections/analytics/trendLine.ts'
import { transaction } from '@patterns/shared/postgres/transaction.ts'
import {
  float8Array,
  int8Array,
  textArray,
  timestamptzArray,
  uuidArray,
} from '@patterns/shared/postgres/binaryArray.ts'
import type pg from 'pg'
import type { Checkpoint } from '../checkpoint.ts'
import type { CheckpointKey } from '../projection.ts'
import { moveCheckpoint, resetCheckpoint } from './moveCheckpoint.ts'
import { FencedError } from './fencedError.ts'
import { tablesOf } from '../tables.ts'
import type { TrendRow } from '../trendRow.ts'

const keys = ['granularity', 'windows', 'metric', 'pattern_id', 'shard']

type ArrayOf = (rows: readonly TrendRow[]) => Buffer

const figure =
  (
    toArray: (values: readonly (number | null)[]) => Buffer,
    get: (line: TrendLine) => number | null,
  ): ArrayOf =>
  (rows) =>
    toArray(rows.map(({ line }) => (line.status === 'measured' ? get(line) : null)))

const columns: readonly (readonly [name: string, type: string, toArray: ArrayOf])[] = [
  ['granularity', 'text', (rows) => textArray(rows.map(({ series }) => series.granularity))],
  ['windows', 'int8', (rows) => int8Array(rows.map(({ series }) => series.windows))],
  ['metric', 'text', (rows) => textArray(rows.map(({ metric }) => metric))],
  ['pattern_id', 'uuid', (rows) => uuidArray(rows.map(({ patternId }) => patternId))],
  ['closed_until', 'timestamptz', (rows) => timestamptzArray(rows.map(({ closedUntil }) => closedUntil))],
  ['position', 'int8', (rows) => int8Array(rows.map(({ position }) => position))],
  ['start', 'timestamptz', (rows) => timestamptzArray(rows.map(({ start }) => start))],
  ['points', 'int8', (rows) => int8Array(rows.map(({ line }) => line.points))],
  ['span', 'int8', figure(int8Array, (line) => line.span)],
  ['slope', 'float8', figure(float8Array, (line) => line.slope)],
  ['intercept', 'float8', figure(float8Array, (line) => line.intercept)],
  ['r_squared', 'float8', figure(float8Array, (line) => line.rSquared)],
  ['mean', 'float8', figure(float8Array, (line) => line.mean)],
  ['s', 'int8', figure(int8Array, (line) => line.s)],
  ['variance', 'float8', figure(float8Array, (line) => line.variance)],
  ['p', 'float8', figure(float8Array, (line) => line.p)],
]
const names = columns.map(([name]) => name)

/** A line that was computed from later windows stays: two who both believe to own the shard cannot undo it. */
const upsertText = (version: number): string => `
insert into ${tablesOf(version).trends} as stored (shard, ${names.join(', ')})
select $1, ${names.map((name) => (name === 'granularity' ? 'rows.granularity::granularity' : `rows.${name}`)).join(', ')}
from unnest(${columns.map(([, type], i) => `$${i + 2}::${type}[]`).join(', ')}) as rows (${names.join(', ')})
on conflict (${keys.join(', ')}) do update set
  ${names
    .filter((name) => !keys.includes(name))
    .map((name) => `${name} = excluded.${name}`)
    .join(', ')}
where stored.position <= excluded.position`

/**
 * Lines and the checkpoint that accounts for them, in one transaction, as windows are written.
 * @throws FencedError if the checkpoint is not at `from`
 */
export const writeTrends = (
  pool: pg.Pool,
  key: CheckpointKey,
  from: Checkpoint,
  to: Checkpoint,
  rows: readonly TrendRow[],
): Promise<void> =>
  transaction(pool, async (client) => {
    const [isMoved] = await Promise.all([
      moveCheckpoint(client, key, from.position, to),
      rows.length === 0
        ? undefined
        : client.query({
            name: `upsert_trends_v${key.version}`,
            text: upsertText(key.version),
            values: [key.shard, ...columns.map(([, , toArray]) => toArray(rows))],
          }),
    ])
    if (!isMoved)
      throw new FencedError(`Shard ${key.shard} has another owner: its trends are not at ${from.position}`)
  })

/** Forgets all lines of a shard and begins its checkpoint again. */
export const clearTrends = (pool: pg.Pool, key: CheckpointKey): Promise<void> =>
  transaction(pool, async (client) => {
    await client.query(`delete from ${tablesOf(key.version).trends} where shard = $1`, [key.shard])
    await resetCheckpoint(client, key)
  })
