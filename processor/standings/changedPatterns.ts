import { servedTables } from '@patterns/read-model/served.ts'
import type { Vector } from '@patterns/read-model/vector.ts'
import { int8Array } from '@patterns/shared/postgres/binaryArray.ts'
import type { Queryable } from '@patterns/shared/postgres/queryable.ts'
import type pg from 'pg'

interface Row {
  readonly pattern_id: string
}

const toIds = ({ rows }: pg.QueryResult<Row>): string[] => rows.map((row) => row.pattern_id)

/** All patterns, whichever shards they are in. */
export const readAllPatterns = async (client: Queryable): Promise<string[]> =>
  toIds(await client.query<Row>({ text: `select distinct pattern_id from ${servedTables.catalogue}` }))

/** The patterns that events after these positions touched. */
export const readChangedPatterns = async (client: Queryable, known: Vector): Promise<string[]> =>
  toIds(
    await client.query<Row>({
      name: 'read_changed_patterns',
      text: `select distinct pattern_id
             from unnest($1::int8[], $2::int8[]) as known (shard, position)
               join ${servedTables.catalogue} as catalogue
                 on catalogue.shard = known.shard and last_position > known.position`,
      values: [int8Array([...known.keys()]), int8Array([...known.values()])],
    }),
  )
