/**
 * Selects the ids of the patterns that have events in several shards. A shard says so before it appends the first of a
 * pattern's events, so whatever is derived from the log knows no more than this of the same snapshot.
 */
export const splitPatternIds = `select pattern_id from pattern_homes where is_split or cardinality(shards) > 1`
