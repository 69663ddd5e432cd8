import type { SeededEvent } from '@patterns/testing/seedProjections.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { countUses, inRange, ofPattern } from '../testing/recount.ts'
import { recountAdjusted } from '../testing/recountTrends.ts'
import { type Answer, startTestApi, type TestApi } from '../testing/startTestApi.ts'

const now = Date.UTC(2026, 3, 8, 10, 30)
const closed = Date.UTC(2026, 3, 8, 9)
const day = 86_400_000

const ids = {
  rocket: '0197a3b4-0000-7000-8000-0000000000b1',
  newcomer: '0197a3b4-0000-7000-8000-0000000000b2',
  falling: '0197a3b4-0000-7000-8000-0000000000b3',
  gone: '0197a3b4-0000-7000-8000-0000000000b4',
  even: '0197a3b4-0000-7000-8000-0000000000b5',
  rare: '0197a3b4-0000-7000-8000-0000000000b6',
  /** Used in this and the last hour only, which have not closed. */
  rightNow: '0197a3b4-0000-7000-8000-0000000000b7',
} as const

/** Uses in the last seven days, and in the seven before. */
const counts: Readonly<Record<Exclude<keyof typeof ids, 'rightNow'>, readonly [number, number]>> = {
  rocket: [60, 20],
  newcomer: [12, 0],
  falling: [20, 60],
  gone: [0, 30],
  even: [40, 40],
  rare: [4, 0],
}

type Body = Answer['body']

let api: TestApi
let events: SeededEvent[]

const use = (id: string, name: string, at: number) => ({
  body: {
    type: 'pattern.used',
    pattern_id: id,
    pattern_name: name,
    pattern_type: 'crud',
    occurred_at: new Date(at).toISOString(),
    outcome: 'success',
  },
})

beforeAll(async () => {
  api = await startTestApi({ now })
  const messages = Object.entries(counts).flatMap(([name, [current, previous]]) => {
    const id = ids[name as keyof typeof ids]
    const spread = (count: number, end: number) =>
      Array.from({ length: count }, (_, i) => use(id, name, end - Math.floor(((i + 0.5) / count) * 7 * day)))
    return [...spread(current, closed), ...spread(previous, closed - 7 * day)]
  })
  const running = Array.from({ length: 50 }, (_, i) => use(ids.rightNow, 'rightNow', closed + i * 60_000))
  events = await api.seed([...messages, ...running])
})
afterAll(() => api?.stop())

const ask = async (path: string) => {
  const answer = await api.ask(path)
  expect(answer.status, answer.text).toBe(200)
  return answer.body
}
const names = (trends: { pattern_name: string }[]) => trends.map((trend) => trend.pattern_name)

/**
 * P(share of the second span > x) for a Beta(a, b) posterior, by adding its density up: the rate grew by more
 * than r where that share is above (1 + r) / (2 + r).
 */
const betaAbove = (x: number, a: number, b: number): number => {
  const steps = 200_000
  // By p = sin²t the ends of a density with exponents of ½ become harmless.
  const weight = (t: number) => Math.sin(t) ** (2 * a - 1) * Math.cos(t) ** (2 * b - 1)
  const integrate = (from: number, to: number) => {
    const width = (to - from) / steps
    let sum = 0
    for (let i = 0; i < steps; i++) sum += weight(from + (i + 0.5) * width)
    return sum * width
  }
  const at = Math.asin(Math.sqrt(x))
  return integrate(at, Math.PI / 2) / integrate(0, Math.PI / 2)
}

describe('emerging patterns', () => {
  it('are those with a rate that grew by more than half, the surest first, newcomers among them', async () => {
    const body = await ask('/trends?trend_type=emerging')
    expect(names(body.trends)).toEqual(['newcomer', 'rocket'])
    expect(body).toMatchObject({
      from: '2026-04-01T09:00:00.000Z',
      to: '2026-04-08T09:00:00.000Z',
      previous_from: '2026-03-25T09:00:00.000Z',
      thresholds: { threshold: 0.5, min_probability: 0.95, min_samples: 5 },
      total_count: 2,
    })
    for (const trend of body.trends) {
      const mine = ofPattern(events, trend.pattern_id)
      const [current, previous] = [
        countUses(inRange(mine, body)),
        countUses(inRange(mine, { from: body.previous_from, to: body.from })),
      ]
      expect([trend.usage_count, trend.previous_usage_count]).toEqual([current, previous])
      expect(trend.probability).toBeCloseTo(betaAbove(1.5 / 2.5, current + 0.5, previous + 0.5), 6)
    }
    const [newcomer, rocket] = body.trends
    expect(newcomer).toMatchObject({ growth_rate: null, is_new: true, direction: 'increasing' })
    expect(rocket).toMatchObject({ growth_rate: 2, is_new: false, direction: 'increasing' })
    expect(rocket.velocity).toMatchObject({ per_day: 40 / 7 / 7, unit: 'uses/day' })
    expect(rocket.usage_trend).toMatchObject({ status: 'measured', points: 14 })
  })

  it('depend on the thresholds that are asked for', async () => {
    expect(names((await ask('/trends?trend_type=emerging&threshold=1.9')).trends)).toEqual(['newcomer'])
    expect(names((await ask('/trends?trend_type=emerging&min_samples=13')).trends)).toEqual(['rocket'])
    expect(names((await ask('/trends?trend_type=emerging&min_samples=4')).trends)).toContain('rare')
    const even = await ask('/trends?trend_type=emerging&threshold=1.9&min_probability=0.5')
    expect(names(even.trends)).toEqual(['newcomer', 'rocket'])
  })

  it('have a course that is judged among all of them, whatever page they are on', async () => {
    const whole = (await ask('/trends?trend_type=emerging')).trends
    const page = (await ask('/trends?trend_type=emerging&limit=1')).trends
    expect(page).toEqual(whole.slice(0, 1))
    const [p, adjusted] = ['p_value', 'adjusted_p_value'].map((name) =>
      whole.map((trend: Body) => trend.usage_trend[name]),
    )
    expect(adjusted).toEqual(recountAdjusted(p))
  })

  it('are not those that hours which still run would make so', async () => {
    const { trends } = await ask('/trends?trend_type=emerging&min_samples=1&threshold=0&min_probability=0.5')
    expect(names(trends)).not.toContain('rightNow')
  })

  it('come in pages', async () => {
    const first = await ask('/trends?trend_type=emerging&limit=1')
    const second = await ask(`/trends?trend_type=emerging&limit=1&cursor=${first.next_cursor}`)
    expect(names([...first.trends, ...second.trends])).toEqual(['newcomer', 'rocket'])
    expect(second.next_cursor).toBeNull()
  })
})

describe('declining patterns', () => {
  it('are those with a rate that fell by more than 30 %, down to nothing', async () => {
    const body = await ask('/trends?trend_type=declining')
    expect(names(body.trends)).toEqual(['gone', 'falling'])
    const [gone, falling] = body.trends
    expect(gone).toMatchObject({ growth_rate: -1, usage_count: 0, previous_usage_count: 30 })
    expect(falling.growth_rate).toBeCloseTo(-2 / 3, 12)
    expect(falling.probability).toBeCloseTo(betaAbove(1 / 1.7, 60.5, 20.5), 6)
    expect(falling.velocity.per_day).toBeCloseTo(-40 / 49, 12)
  })
})

describe('one pattern', () => {
  it.each([
    ['rocket', 'emerging'],
    ['falling', 'declining'],
    ['even', 'stable'],
  ] as const)('is answered as what it is: %s %s', async (name, kind) => {
    const { trends } = await ask(`/trends?trend_type=emerging&pattern_id=${ids[name]}`)
    expect(trends).toHaveLength(1)
    expect(trends[0]).toMatchObject({ pattern_name: name, trend_type: kind })
  })
})

describe('the dashboard', () => {
  it('counts and names what takes off, falls, and does neither', async () => {
    const { recent_trends: trends } = await ask('/dashboard-summary')
    expect(
      trends.map(({ trend_type, count, patterns }: Body) => [trend_type, count, names(patterns)]),
    ).toEqual([
      ['emerging', 2, ['newcomer', 'rocket']],
      ['declining', 2, ['gone', 'falling']],
      ['stable', 2, ['even', 'rare']],
    ])
  })

  it('has no trends of a range in which no hour has closed', async () => {
    const { recent_trends: trends } = await ask('/dashboard-summary?from=2026-04-08T10:00:00Z')
    expect(trends).toEqual([])
  })
})

describe('verdicts', () => {
  it('are those of the standings, and the same if summed from the windows', async () => {
    const stored = await ask('/trends?trend_type=emerging&time_range=7d')
    const summed = await ask(`/trends?trend_type=emerging&from=${stored.from}&to=${stored.to}`)
    expect(summed.trends).toEqual(stored.trends)
    await api.owner.query(`update closed_standings_v1_7d set probability = 0.75 where trend = 'emerging'`)
    const falsified = await ask('/trends?trend_type=emerging&time_range=7d&include=series')
    expect(falsified.trends.map(({ probability }: Body) => probability)).toEqual([0.75, 0.75])
    // Other thresholds need other verdicts.
    const judged = await ask('/trends?trend_type=emerging&time_range=7d&threshold=0.6')
    expect(judged.trends.map(({ probability }: Body) => probability)).not.toContain(0.75)
  })
})
