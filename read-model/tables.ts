import { type Granularity, granularities } from '@patterns/projections/window.ts'

/** The names of the tables that hold one version of the read model. */
export interface Tables {
  /** A row for each pattern, window and shard. */
  readonly windows: Readonly<Record<Granularity, string>>
  /** A row for each window and shard: all patterns together. */
  readonly totals: Readonly<Record<Granularity, string>>
  /** A row for each pattern and shard. */
  readonly catalogue: string
  /** A row for each pattern, metric, series and shard. */
  readonly trends: string
}

const ofEachSize = (prefix: string): Readonly<Record<Granularity, string>> => ({
  hour: `${prefix}_hour`,
  day: `${prefix}_day`,
  week: `${prefix}_week`,
})

/** The tables of a version. Each version has its own, so that a new one can be filled beside the one that is served. */
export const tablesOf = (version: number): Tables => ({
  windows: ofEachSize(`pattern_windows_v${version}`),
  totals: ofEachSize(`total_windows_v${version}`),
  catalogue: `pattern_catalogue_v${version}`,
  trends: `pattern_trends_v${version}`,
})

/** All tables of a version, each with a column `shard`. */
export const tableNamesOf = (version: number): string[] =>
  Object.values(tablesOf(version)).flatMap((named: string | Tables['windows']) =>
    typeof named === 'string' ? named : granularities.map((granularity) => named[granularity]),
  )
