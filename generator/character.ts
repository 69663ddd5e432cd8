import { createHash } from 'node:crypto'

/** How a pattern behaves over the days. */
export const characters = [
  'steady',
  'emerging',
  'declining',
  'improving',
  'worsening',
  'rare',
  'bursty',
  'new',
] as const
export type Character = (typeof characters)[number]

/** What a moment makes of a pattern's averages. */
export interface Mood {
  /** Times its usual usage. */
  readonly usage: number
  /** Added to its success rate and to its mean quality. */
  readonly merit: number
  /** Times its usual execution time. */
  readonly slowness: number
}

const dayMs = 24 * 3_600_000

/** The length of the history that the characters are drawn for. */
export const historyMs = 30 * dayMs

const burstMs = 4 * 3_600_000

/** From 0 to 1 around `middle`, a fifth of the way at one `width` before it, four fifths at one after. */
const rise = (day: number, middle: number, width: number): number =>
  1 / (1 + Math.exp((-1.4 * (day - middle)) / width))

const ramp = (day: number): number => Math.min(1, Math.max(0, day / 30))

/** A number in [0, 1) that depends on a pattern and a stretch of time: whether it has a burst just then. */
const burstDraw = (patternId: string, stretch: number): number =>
  createHash('sha256').update(`${patternId}/${stretch}`).digest().readUInt32LE() / 2 ** 32

const ordinary: Mood = { usage: 1, merit: 0, slowness: 1 }

const moods: Readonly<Record<Character, (day: number, patternId: string) => Mood>> = {
  steady: () => ordinary,
  emerging: (day) => ({ ...ordinary, usage: 0.1 + 2.9 * rise(day, 24, 2) }),
  declining: (day) => ({ ...ordinary, usage: 1.5 - 1.35 * rise(day, 22, 2) }),
  improving: (day) => ({ ...ordinary, merit: -0.3 * (1 - ramp(day)), slowness: 1.8 - 0.8 * ramp(day) }),
  worsening: (day) => ({ ...ordinary, merit: -0.3 * ramp(day), slowness: 1 + 1.5 * ramp(day) }),
  rare: () => ({ ...ordinary, usage: 0.2 }),
  bursty: (day, patternId) => {
    const stretch = Math.floor((day * dayMs) / burstMs)
    return { ...ordinary, usage: burstDraw(patternId, stretch) < 0.1 ? 7 : 0.25 }
  },
  new: (day) => ({ ...ordinary, usage: day < 27 ? 0 : 1.5 }),
}

/**
 * How a pattern behaves at a moment.
 * @param elapsedMs since the beginning of the history; beyond its 30 days the end state holds
 */
export const moodAt = (character: Character, patternId: string, elapsedMs: number): Mood =>
  moods[character](elapsedMs / dayMs, patternId)
