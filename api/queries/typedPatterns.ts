import { servedTables } from '@patterns/read-model/served.ts'

/**
 * Each pattern once, as `pattern_id`, `pattern_type` and `last_used`: a table in SQL. A pattern that comes in several
 * shards has a row in each, of which the one that was said last names its type, as `mergeEntry` decides it.
 */
export const typedPatterns = `(
  select pattern_id, max(last_used) as last_used,
    (array_agg(pattern_type order by pattern_type_said_at desc nulls last, pattern_type_said_by desc))[1] as pattern_type
  from ${servedTables.catalogue}
  group by pattern_id)`
