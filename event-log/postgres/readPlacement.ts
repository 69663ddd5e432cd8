import type { Reader } from './reader.ts'

/** How far events come otherwise than the contract asks. They are counted right all the same, but cost more. */
export interface Placement {
  /** Patterns whose events come in more than one partition. */
  readonly splitPatterns: number
  /** Messages so far whose key is not the id of their pattern. */
  readonly keyMismatches: number
}

/** Reads it for all shards together. */
export const readPlacement = async (database: Reader): Promise<Placement> => {
  const { rows } = await database.query<{ split_patterns: number; key_mismatches: number }>({
    name: 'read_placement',
    text: `
select (select count(*) from pattern_homes where is_split) as split_patterns,
  coalesce((select sum(key_mismatches) from event_log_shards), 0)::int8 as key_mismatches`,
  })
  const { split_patterns: splitPatterns, key_mismatches: keyMismatches } = rows[0]!
  return { splitPatterns, keyMismatches }
}
