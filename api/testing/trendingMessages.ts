import { seeded } from '@patterns/projections/testing/simulated.ts'
import type { SeedMessage } from '@patterns/testing/seedProjections.ts'

const day = 86_400_000

export const trendingIds = {
  growing: '0197a3b4-0000-7000-8000-0000000000a1',
  fading: '0197a3b4-0000-7000-8000-0000000000a2',
  steady: '0197a3b4-0000-7000-8000-0000000000a3',
  improving: '0197a3b4-0000-7000-8000-0000000000a4',
  slowing: '0197a3b4-0000-7000-8000-0000000000a5',
  /** Lies in two shards. */
  split: '0197a3b4-0000-7000-8000-0000000000a6',
  /** First used three days ago. */
  fresh: '0197a3b4-0000-7000-8000-0000000000a7',
  /** Never used, only assessed, on two days. */
  assessed: '0197a3b4-0000-7000-8000-0000000000a8',
  /** Not used for longer than any range here. */
  forgotten: '0197a3b4-0000-7000-8000-0000000000a9',
  /** Never works, at once, and has scores of 0. */
  failing: '0197a3b4-0000-7000-8000-0000000000aa',
  /** Registered two days ago, and never used. */
  registered: '0197a3b4-0000-7000-8000-0000000000ab',
} as const

interface Character {
  readonly days: number
  /** How much of each a day has, by how far through the time it is, 0…1. */
  readonly uses?: (at: number) => number
  readonly quality?: (at: number) => number
  readonly ms?: (at: number) => number
  readonly outcome?: string
  readonly shards?: number
  readonly type?: string
}

const characters: Readonly<Record<keyof typeof trendingIds, Character>> = {
  growing: { days: 100, uses: (at) => 2 + 10 * at },
  fading: { days: 100, uses: (at) => 10 - 9 * at },
  steady: { days: 100 },
  improving: { days: 100, quality: (at) => 0.3 + 0.5 * at },
  slowing: { days: 100, ms: (at) => 100 + 200 * at },
  split: { days: 100, uses: (at) => 3 + 3 * at, shards: 2, type: 'crud' },
  fresh: { days: 3, uses: () => 6, type: 'crud' },
  assessed: { days: 2, uses: () => 0 },
  failing: { days: 100, quality: () => -0.1, ms: () => 0, outcome: 'error' },
  registered: { days: 0 },
  forgotten: { days: 0 },
}

/** Half a year's events of patterns that go different ways; all end by `now`, epoch milliseconds. */
export const trendingMessages = (now: number): SeedMessage[] => {
  const random = seeded(7)
  const messages: SeedMessage[] = []
  for (const [name, id] of Object.entries(trendingIds) as [keyof typeof trendingIds, string][]) {
    const { days, type = 'resilience', shards = 1, outcome, ...character } = characters[name]
    const { uses = () => 5, quality = () => 0.6, ms = () => 200 } = character
    const send = (at: number, body: object): void =>
      void messages.push({
        shard: Math.floor(random() * shards),
        recordedAt: at,
        body: {
          pattern_id: id,
          pattern_name: name,
          pattern_type: type,
          occurred_at: new Date(at).toISOString(),
          type: 'pattern.used',
          outcome: outcome ?? (random() < 0.8 ? 'success' : 'failure'),
          ...body,
        },
      })
    for (let ago = days; ago > 0; ago--) {
      const at = 1 - ago / days
      const count = Math.round(uses(at) + 2 * random() - 1)
      for (let i = 0; i < count; i++)
        send(now - Math.floor((ago - random()) * day), {
          quality_score: Math.round(1e6 * Math.min(1, Math.max(0, quality(at) + 0.1 * random()))) / 1e6,
          execution_time_ms: Math.round(ms(at) * (0.8 + 0.4 * random())),
        })
    }
    if (name === 'assessed')
      for (const ago of [1, 2])
        send(now - ago * day, { type: 'pattern.quality_assessed', outcome: undefined, quality_score: 0.5 })
    if (name === 'registered') send(now - 2 * day, { type: 'pattern.registered', outcome: undefined })
    if (name === 'forgotten') send(now - 180 * day, {})
  }
  return messages.toSorted((a, b) => a.recordedAt! - b.recordedAt!)
}
