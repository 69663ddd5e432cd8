import type { ShardState } from '../shard/shardOwner.ts'

export interface HealthFacts {
  readonly source: 'connecting' | 'up' | 'down'
  readonly database: 'up' | 'down'
  readonly shards: readonly ShardState[]
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
  }
}

/** Green only where everything is as it should be; each component says for itself what is wrong. */
export const decideHealth = ({ source, database, shards }: HealthFacts): Health => ({
  status:
    source === 'up' && database === 'up' && shards.every((shard) => shard.status === 'running')
      ? 'ok'
      : 'degraded',
  components: {
    source,
    database,
    shards: shards.map(({ shard, status, reason }) => ({ shard, status, reason: reason ?? null })),
  },
})
