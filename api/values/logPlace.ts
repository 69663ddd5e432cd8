/** A message of the source: its partition, which is the shard, and its offset there. */
export interface SourcePlace {
  readonly shard: number
  readonly offset: number
}

/** A place in a shard's log. */
export interface LogPlace {
  readonly shard: number
  readonly position: number
}

/** The place in the log up to which a message of the source counts, or why that is not known. */
export type Applied =
  | { readonly ok: true; readonly place: LogPlace }
  | { readonly ok: false; readonly reason: 'late' }
  | { readonly ok: false; readonly reason: 'no_such_shard'; readonly shards: readonly number[] }
