import type { Random } from '@patterns/projections/testing/simulated.ts'

/** A pattern of the benchmark, and what was seen of it. */
export interface SeededPattern {
  readonly id: string
  readonly name: string
  readonly type: string
  readonly shard: number
  /** Its part of all uses; the shares add up to 1. */
  readonly share: number
  readonly successRate: number
  readonly quality: number
  readonly durationMs: number
  firstSeen: number
  lastSeen: number
  lastPosition: number
}

const types = ['resilience', 'crud', 'naming', 'caching', 'messaging', 'security', 'testing', 'observability']

/** The exponent of Zipf's law: the most used of 10,000 patterns has 6 % of the uses. */
const skew = 0.9

const hex = (random: Random, digits: number): string =>
  Array.from({ length: digits }, () => Math.floor(random() * 16).toString(16)).join('')

export const seedPatterns = ({
  patterns,
  shards,
  random,
}: {
  readonly patterns: number
  readonly shards: number
  readonly random: Random
}): SeededPattern[] => {
  const weights = Array.from({ length: patterns }, (_, rank) => (rank + 1) ** -skew)
  const sum = weights.reduce((total, weight) => total + weight, 0)
  return weights.map((weight, rank) => ({
    id: `${hex(random, 8)}-${hex(random, 4)}-4${hex(random, 3)}-8${hex(random, 3)}-${hex(random, 12)}`,
    name: `pattern ${rank + 1}`,
    type: types[Math.floor(random() * types.length)]!,
    shard: Math.floor(random() * shards),
    share: weight / sum,
    successRate: 0.5 + 0.45 * random(),
    quality: 0.3 + 0.6 * random(),
    durationMs: 20 * Math.exp(5 * random()),
    firstSeen: Number.POSITIVE_INFINITY,
    lastSeen: Number.NEGATIVE_INFINITY,
    lastPosition: 0,
  }))
}
