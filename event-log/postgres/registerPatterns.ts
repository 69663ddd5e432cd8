import { uuidArray } from '@patterns/shared/postgres/binaryArray.ts'
import type pg from 'pg'
import type { PatternHome } from '../patternHomes.ts'

interface HomeRow {
  readonly pattern_id: string
  readonly shards: readonly number[]
  readonly is_split: boolean
}

const homeOf = ({ shards, is_split }: HomeRow, shard: number): PatternHome => {
  if (is_split) return 'split'
  return shards.length === 1 && shards[0] === shard ? 'here' : 'elsewhere'
}

/**
 * Registers patterns for a shard if they have no home yet, and answers where each lies. In two statements, each
 * committed by itself: only the second is sure to see what others registered while the first one waited for them.
 */
export const registerPatterns = async (
  pool: pg.Pool,
  shard: number,
  patternIds: readonly string[],
): Promise<Map<string, PatternHome>> => {
  const ids = uuidArray(patternIds)
  await pool.query({
    name: 'register_patterns',
    // In the order of ids, so that two shards that register the same ones cannot wait for each other.
    text: `
insert into pattern_homes (pattern_id, shards)
select pattern_id, array[$1::int4] from unnest($2::uuid[]) as pattern_id order by pattern_id
on conflict do nothing`,
    values: [shard, ids],
  })
  const { rows } = await pool.query<HomeRow>({
    name: 'read_pattern_homes',
    text: 'select pattern_id, shards, is_split from pattern_homes where pattern_id = any($1::uuid[])',
    values: [ids],
  })
  return new Map(rows.map((row) => [row.pattern_id, homeOf(row, shard)]))
}
