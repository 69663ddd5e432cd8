import { mergedCatalogue } from '@patterns/read-model/reading/selectCatalogue.ts'
import { servedProjections, servedTables } from '@patterns/read-model/served.ts'
import { covers, type Vector } from '@patterns/read-model/vector.ts'
import type { Queryable } from '@patterns/shared/postgres/queryable.ts'
import { raw, type Sql } from 'sql-template-tag'
import { readProgress } from '../live/projectionProgress.ts'

/**
 * Every pattern that `vector` accounts for, with its name and when it was seen, to select from: from the standings, or from
 * the catalogue if the standings are behind the vector or not there yet, since they lack patterns then.
 */
export const namesRelation = async (database: Queryable, vector: Vector): Promise<Sql> => {
  const standings = await readProgress(database, servedProjections.standings)
  return covers(standings.vector, vector)
    ? raw(servedTables.openStandings)
    : raw(`(${mergedCatalogue(servedTables)}) as names`)
}
