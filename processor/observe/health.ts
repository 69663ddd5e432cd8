import type { Placement } from '@patterns/event-log/postgres/readPlacement.ts'
import type { ShardState } from '../shard/ownedShard.ts'
import type { StandingsState } from '../standings/standings.ts'
import type { TrendsState } from '../trends/shardTrends.ts'

export interface HealthFacts {
  readonly source: 'connecting' | 'up' | 'down'
  readonly database: 'up' | 'down'
  readonly shards: readonly Pick<ShardState, 'shard' | 'status' | 'reason'>[]
  /** Of the same shards; none if trends are not kept. */
  readonly trends: readonly TrendsState[]
  readonly standings: Pick<StandingsState, 'status' | 'reason'>
  /** Unknown while the database is down. */
  readonly placement: Placement | undefined
}

export interface Health {
  readonly status: 'ok' | 'degraded'
  readonly components: {
    readonly source: HealthFacts['source']
    readonly database: HealthFacts['database']
    readonly shards: readonly {
      readonly shard: number
      readonly status: ShardState['status']
      readonly reason: string | null
    }[]
    /** Failing trends stop no window: their lines stay behind, and readers compute instead. */
    readonly trends: readonly {
      readonly shard: number
      readonly status: TrendsState['status']
      readonly reason: string | null
    }[]
    /** Failing standings stop no window: lists stay as they were. */
    readonly standings: { readonly status: StandingsState['status']; readonly reason: string | null }
    /** For information: patterns that come in several partitions, and messages with another key than their pattern. */
    readonly placement: { readonly split_patterns: number | null; readonly key_mismatches: number | null }
  }
}

/** Green only if everything is as it should be; each component says for itself what is wrong. */
export const decideHealth = ({
  source,
  database,
  shards,
  trends,
  standings,
  placement,
}: HealthFacts): Health => ({
  status:
    source === 'up' &&
    database === 'up' &&
    shards.every((shard) => shard.status === 'running') &&
    // Whose shard is another's says nothing against this process.
    trends.every(({ status }) => status === 'running' || status === 'fenced') &&
    standings.status === 'running'
      ? 'ok'
      : 'degraded',
  components: {
    source,
    database,
    shards: shards.map(({ shard, status, reason }) => ({ shard, status, reason: reason ?? null })),
    trends: trends.map(({ shard, status, reason }) => ({ shard, status, reason: reason ?? null })),
    standings: { status: standings.status, reason: standings.reason ?? null },
    placement: {
      split_patterns: placement?.splitPatterns ?? null,
      key_mismatches: placement?.keyMismatches ?? null,
    },
  },
})
