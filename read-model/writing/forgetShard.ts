import type { Queryable } from '@patterns/shared/postgres/queryable.ts'
import { projectionsOf } from '../projection.ts'
import { shardTableNamesOf } from '../tables.ts'
import { lockStandings } from './lockStandings.ts'

/**
 * Deletes all rows of a shard and its checkpoints: part of the caller's transaction. The checkpoints are locked first and
 * deleted with the rows, so an owner with a flush under way is fenced, and counts from the beginning as well. Standings
 * are sums over all shards, so their checkpoint is deleted too: they are counted again from what is left.
 */
export const forgetShard = async (client: Queryable, version: number, shard: number): Promise<void> => {
  // A refresh that is under way writes checkpoints of all shards: it must end before, or begin after.
  await lockStandings(client, version)
  await client.query({
    text: 'select from projection_checkpoints where version = $1 and shard = $2 for update',
    values: [version, shard],
  })
  for (const table of shardTableNamesOf(version))
    await client.query({ text: `delete from ${table} where shard = $1`, values: [shard] })
  await client.query({
    text: 'delete from projection_checkpoints where version = $1 and (shard = $2 or projection = $3)',
    values: [version, shard, projectionsOf(version).standings.projection],
  })
}
