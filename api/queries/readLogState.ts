import { type Vector, vectorFromJson } from '@patterns/read-model/vector.ts'
import { vectorExpression } from '@patterns/read-model/reading/readVector.ts'
import { servedProjections } from '@patterns/read-model/served.ts'
import {
  progressExpression,
  progressFromJson,
  type ProgressJson,
  type ProjectionProgress,
} from './live/projectionProgress.ts'
import type { Queryable } from '@patterns/shared/postgres/queryable.ts'

export interface LogState {
  /** Which log it is: the short form of its identity. After a reset, and in another database, it is another. */
  readonly logId: string
  /** How far the projection has come in it. */
  readonly vector: Vector
  /** Where the log of each shard ends. */
  readonly ends: Vector
  /** How far what is derived from the windows has come. */
  readonly standings: ProjectionProgress
  readonly trends: ProjectionProgress
}

/** Which log is read, where it ends, and how far the projection has come, of one moment. */
export const readLogState = async (database: Queryable): Promise<LogState> => {
  const { rows } = await database.query<{
    log_id: string
    vector: Record<string, number>
    ends: Record<string, number>
    standings: ProgressJson | null
    trends: ProgressJson | null
  }>({
    name: 'read_log_state',
    text: `select left(id::text, 8) as log_id, ${vectorExpression(servedProjections.windows)} as vector,
      (select coalesce(json_object_agg(shard, position), '{}') from event_log_shards) as ends,
      ${progressExpression(servedProjections.standings)} as standings,
      ${progressExpression(servedProjections.trends)} as trends
      from event_log_identity`,
  })
  const { log_id: logId, vector, ends, standings, trends } = rows[0]!
  return {
    logId,
    vector: vectorFromJson(vector),
    ends: vectorFromJson(ends),
    standings: progressFromJson(standings),
    trends: progressFromJson(trends),
  }
}
