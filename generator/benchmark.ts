import { outcomes } from '@patterns/shared/contract/patternEvent.ts'
import { type FaultShares, type GeneratedMessage, withFaults } from './faults.ts'
import type { ValidMessage } from './validMessage.ts'
import { createRandom, type Random } from './random.ts'
import { randomUuidV4, randomUuidV7 } from './randomUuid.ts'
import { weightedChoice } from './weightedChoice.ts'

export interface BenchmarkOptions {
  readonly seed: string | number
  readonly count: number
  /** How many patterns there are; the most used one is used twice as often as the second (Zipf). */
  readonly patterns?: number
  /** Event time and message timestamp of the first event, epoch milliseconds. */
  readonly startAt: number
  /** In event time; it says nothing about how fast they are made. */
  readonly eventsPerSecond?: number
  /** `mixed`: the optional fields are there in a share of the events, 312 bytes on average; `all`: about 435. */
  readonly fields?: 'mixed' | 'all'
}

interface BenchmarkPattern {
  readonly id: string
  /** `"pattern_name":…,"pattern_type":…,`, written once. */
  readonly naming: string
  readonly successRate: number
  /** The least quality score, in thousandths; the greatest is 200 more. */
  readonly quality: number
  readonly durationMs: number
}

const categories = ['architectural', 'resilience', 'data_access', 'testing', 'naming', 'security']
const sources = ['agent-1', 'agent-2', 'agent-3', 'agent-4']
const languages = ['go', 'rust', 'java', 'typescript']

const createPattern = (random: Random, rank: number): BenchmarkPattern => ({
  id: randomUuidV4(random),
  naming: `"pattern_name":"pattern-${String(rank).padStart(4, '0')}","pattern_type":"${random.pick(categories)}",`,
  successRate: 0.6 + 0.4 * random.unit(),
  quality: 400 + random.below(400),
  durationMs: Math.exp(3 + 4 * random.unit()),
})

/** Each quality score as JSON writes it. */
const thousandths = Array.from({ length: 1_000 }, (_, score) => String(score / 1_000))

const outcomeOf = (random: Random, successRate: number): string => {
  if (random.chance(successRate)) return random.chance(0.9) ? outcomes[0] : outcomes[1]
  return random.chance(0.7) ? outcomes[2] : outcomes[3]
}

/** `2026-01-02T03:04:05.678Z`, most of it remembered from the last call of the same second. */
const createClockFace = (): ((time: number) => string) => {
  let second = Number.NaN
  let face = ''
  return (time) => {
    const current = Math.floor(time / 1_000)
    if (current !== second) {
      second = current
      face = new Date(current * 1_000).toISOString().slice(0, 20)
    }
    return `${face}${String(time - current * 1_000).padStart(3, '0')}Z`
  }
}

/**
 * Messages for benchmarks: all valid `pattern.used` of version 1, in time order, as fast as strings can be
 * put together (some 600,000 a second on one core). Same options, same bytes.
 */
export function* benchmarkMessages({
  seed,
  count,
  patterns = 1_000,
  startAt,
  eventsPerSecond = 1_000,
  fields = 'mixed',
}: BenchmarkOptions): Generator<ValidMessage> {
  const random = createRandom(`${seed}/benchmark`)
  const catalogue = Array.from({ length: patterns }, (_, rank) => createPattern(random, rank))
  const chooseRank = weightedChoice(catalogue.map((_, rank) => 1 / (rank + 1)))
  const clockFace = createClockFace()
  const has = (share: number): boolean => fields === 'all' || random.chance(share)
  for (let sequence = 0; sequence < count; sequence++) {
    const pattern = catalogue[chooseRank(random)]!
    const timestamp = startAt + Math.floor((sequence * 1_000) / eventsPerSecond)
    const correlation = has(0.1) ? `"correlation_id":"${randomUuidV4(random)}",` : ''
    const naming = has(0.5) ? pattern.naming : ''
    const quality = thousandths[Math.floor(pattern.quality + 200 * random.unit())]
    const durationMs = Math.round(pattern.durationMs * (0.5 + random.unit()))
    const context = has(0.15)
      ? `,"context":{"language":"${random.pick(languages)}","files":${1 + random.below(20)},"attempt":${1 + random.below(3)}}`
      : ''
    const value =
      `{"event_id":"${randomUuidV7(random, timestamp)}","type":"pattern.used","schema_version":1,` +
      `"pattern_id":"${pattern.id}","occurred_at":"${clockFace(timestamp)}",${correlation}` +
      `"source":"${random.pick(sources)}",${naming}"outcome":"${outcomeOf(random, pattern.successRate)}",` +
      `"quality_score":${quality},"execution_time_ms":${durationMs}${context}}`
    yield { key: pattern.id, value, timestamp }
  }
}

/** The same with faults among them, each message with its kind, for tests that must know what was sent. */
export const faultyBenchmarkMessages = (
  options: BenchmarkOptions & { readonly faults: FaultShares },
): Generator<GeneratedMessage> =>
  withFaults(benchmarkMessages(options), { seed: options.seed, shares: options.faults })
