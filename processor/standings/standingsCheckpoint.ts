import { servedProjections } from '@patterns/read-model/served.ts'
import type { Vector } from '@patterns/read-model/vector.ts'
import { int8Array } from '@patterns/shared/postgres/binaryArray.ts'
import type { Queryable } from '@patterns/shared/postgres/queryable.ts'
import type { StandingsCheckpoint } from './decideRefresh.ts'

const { windows, standings } = servedProjections

export interface Checkpoints {
  readonly windows: Vector
  /** Undefined if there is none, or one that is not of one hour. */
  readonly standings: StandingsCheckpoint | undefined
}

interface Row {
  readonly projection: string
  readonly shard: number
  readonly position: number
  readonly watermark: Date | null
}

/** How far the windows are, and the standings that are made from them. */
export const readCheckpoints = async (client: Queryable): Promise<Checkpoints> => {
  const { rows } = await client.query<Row>({
    name: 'read_standings_checkpoints',
    text: `select projection, shard, position, watermark from projection_checkpoints
           where projection in ($1, $2) and version = $3 order by shard`,
    values: [windows.projection, standings.projection, standings.version],
  })
  const of = (projection: string) => rows.filter((row) => row.projection === projection)
  const vectorOf = (projection: string) =>
    new Map(of(projection).map(({ shard, position }) => [shard, position]))
  const hours = [...new Set(of(standings.projection).map(({ watermark }) => watermark?.getTime()))]
  const [closedUntil] = hours
  return {
    windows: vectorOf(windows.projection),
    standings:
      hours.length === 1 && closedUntil !== undefined
        ? { vector: vectorOf(standings.projection), closedUntil }
        : undefined,
  }
}

/**
 * Says what the standings account for from now on. Fails if another transaction has moved, begun or deleted their checkpoint
 * since this one began: its isolation level sees to that.
 */
export const writeStandingsCheckpoint = async (
  client: Queryable,
  { vector, closedUntil }: StandingsCheckpoint,
): Promise<void> => {
  const values = [
    standings.projection,
    standings.version,
    int8Array([...vector.keys()]),
    int8Array([...vector.values()]),
    new Date(closedUntil),
  ]
  const { rowCount } = await client.query({
    name: 'move_standings_checkpoint',
    text: `update projection_checkpoints as stored set position = moved.position, watermark = $5, updated_at = now()
           from unnest($3::int8[], $4::int8[]) as moved (shard, position)
           where projection = $1 and version = $2 and stored.shard = moved.shard`,
    values,
  })
  if (rowCount === vector.size) return
  await client.query({
    text: `insert into projection_checkpoints (projection, version, shard, position, watermark)
     select $1, $2, shard, position, $5 from unnest($3::int8[], $4::int8[]) as begun (shard, position)
     on conflict do nothing`,
    values,
  })
}

/** Forgets what the standings account for. */
export const deleteStandingsCheckpoint = async (client: Queryable): Promise<void> => {
  await client.query({
    text: 'delete from projection_checkpoints where projection = $1 and version = $2',
    values: [standings.projection, standings.version],
  })
}
