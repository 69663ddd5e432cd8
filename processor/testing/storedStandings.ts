import type pg from 'pg'
import { rangeNames, type RecountedStandings, type StandingRow } from './recountStandings.ts'

const timeColumns = ['first_seen', 'last_seen', 'last_used']

/** All rows of a table or view by pattern, as `recountStandings` has them. */
const readRows = async (
  database: pg.Pool | pg.ClientBase,
  table: string,
): Promise<Record<string, StandingRow>> => {
  const { rows } = await database.query<{ pattern_id: string }>(`select * from ${table}`)
  return Object.fromEntries(
    rows.map(({ pattern_id: patternId, ...row }) => [
      patternId,
      Object.fromEntries(
        Object.entries(row).map(([name, value]) => [
          name,
          timeColumns.includes(name) && value !== null ? (value as Date).getTime() : value,
        ]),
      ),
    ]),
  )
}

/** The standings as the tables and views have them. */
export const readStandings = async (database: pg.Pool | pg.ClientBase): Promise<RecountedStandings> => {
  const ofRanges = async (prefix: string) => {
    const ranges: Partial<RecountedStandings['whole']> = {}
    for (const name of rangeNames) ranges[name] = await readRows(database, `${prefix}_${name}`)
    return ranges as RecountedStandings['whole']
  }
  return {
    open: await readRows(database, 'open_standings_v1'),
    closed: await ofRanges('closed_standings_v1'),
    whole: await ofRanges('pattern_standings_v1'),
  }
}

/** What the standings say that they account for; undefined if nothing. */
export const readStandingsCheckpoint = async (
  database: pg.Pool | pg.ClientBase,
): Promise<{ readonly vector: Map<number, number>; readonly closedUntil: number } | undefined> => {
  const { rows } = await database.query<{ shard: number; position: number; watermark: Date }>(
    `select shard, position, watermark from projection_checkpoints where projection = 'pattern_standings' order by shard`,
  )
  if (rows.length === 0) return undefined
  return {
    vector: new Map(rows.map(({ shard, position }) => [shard, position])),
    closedUntil: Math.max(...rows.map(({ watermark }) => watermark.getTime())),
  }
}
