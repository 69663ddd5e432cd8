/** A projection of the log in one of its versions: it has checkpoints and tables of its own. */
export interface Projection {
  readonly projection: string
  readonly version: number
}

/** A projection in one shard: it has one checkpoint, and one owner at a time. */
export interface CheckpointKey extends Projection {
  readonly shard: number
}

/** The projections of a version. Windows come with the catalogue; the others are derived from both. */
export const projectionsOf = (version: number) =>
  ({
    windows: { projection: 'pattern_windows', version },
    trends: { projection: 'pattern_trends', version },
    standings: { projection: 'pattern_standings', version },
  }) as const satisfies Readonly<Record<string, Projection>>
