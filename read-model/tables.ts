import { type StandingRange, standingRangeNames } from '@patterns/projections/standings/standingRange.ts'
import { type Granularity, granularities } from '@patterns/projections/window.ts'

/** The names of the tables that hold one version of the read model. */
export interface Tables {
  /** A row for each pattern, window and shard. */
  readonly windows: Readonly<Record<Granularity, string>>
  /** A row for each window and shard: all patterns together. */
  readonly totals: Readonly<Record<Granularity, string>>
  /** A row for each pattern and shard. */
  readonly catalogue: string
  /** A row for each pattern, metric, series and shard; each series and metric has a partition of its own. */
  readonly trends: string
  /** A row for each pattern, of all shards: its name, and its sums over the hours that are open. */
  readonly openStandings: string
  /** The same, with its sums over the closed hours of a range. */
  readonly closedStandings: Readonly<Record<StandingRange, string>>
  /** Views that put both together. */
  readonly standings: Readonly<Record<StandingRange, string>>
}

const ofEachSize = (prefix: string): Readonly<Record<Granularity, string>> => ({
  hour: `${prefix}_hour`,
  day: `${prefix}_day`,
  week: `${prefix}_week`,
})

const ofEachRange = (prefix: string): Readonly<Record<StandingRange, string>> =>
  Object.fromEntries(standingRangeNames.map((name) => [name, `${prefix}_${name}`])) as Record<
    StandingRange,
    string
  >

/** The tables of a version. Each version has its own, so that a new one can be filled beside the one that is served. */
export const tablesOf = (version: number): Tables => ({
  windows: ofEachSize(`pattern_windows_v${version}`),
  totals: ofEachSize(`total_windows_v${version}`),
  catalogue: `pattern_catalogue_v${version}`,
  trends: `pattern_trends_v${version}`,
  openStandings: `open_standings_v${version}`,
  closedStandings: ofEachRange(`closed_standings_v${version}`),
  standings: ofEachRange(`pattern_standings_v${version}`),
})

/** The tables of a version that have a column `shard`: all that are written by the owner of one. */
export const shardTableNamesOf = (version: number): string[] => {
  const { windows, totals, catalogue, trends } = tablesOf(version)
  return [...granularities.flatMap((size) => [windows[size], totals[size]]), catalogue, trends]
}

/** The tables of a version that hold standings, which are of all shards. */
export const standingTableNamesOf = (version: number): string[] => {
  const { openStandings, closedStandings } = tablesOf(version)
  return [openStandings, ...Object.values(closedStandings)]
}
