import { type Mood, moodAt } from './character.ts'
import { happening, registered } from './eventBody.ts'
import { demoPatterns, type DemoPattern } from './patterns.ts'
import type { ValidMessage } from './validMessage.ts'
import { createRandom } from './random.ts'
import { busyness, type Rhythm } from './rhythm.ts'
import { weightedChoice } from './weightedChoice.ts'

export interface EventsOptions {
  readonly seed: string | number
  /** The first instant, epoch milliseconds. */
  readonly from: number
  /** The instant after the last; endless if absent. */
  readonly to?: number
  /** When the 30 days of the patterns' characters begin; default `from`. */
  readonly epoch?: number
  /** The mean over all patterns and a whole week. */
  readonly eventsPerSecond: number
  readonly rhythm?: Rhythm
  /** Whether each pattern is registered just before its first event. */
  readonly announce?: boolean
  readonly patterns?: readonly DemoPattern[]
}

const hourMs = 3_600_000

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0)

/** What holds for one hour: how each pattern behaves, and how often anything happens. */
const planHour = (
  patterns: readonly DemoPattern[],
  {
    time,
    epoch,
    eventsPerSecond,
    rhythm,
  }: { time: number; epoch: number; eventsPerSecond: number; rhythm: Rhythm },
) => {
  const moods: Mood[] = patterns.map(({ character, id }) => moodAt(character, id, time - epoch))
  const weights = patterns.map(({ weight }, index) => weight * moods[index]!.usage)
  const usual = sum(patterns.map(({ weight }) => weight))
  return {
    moods,
    choose: weightedChoice(weights),
    // An even rhythm keeps the asked-for rate whatever the moods; otherwise more usage is more events.
    meanGapMs:
      1_000 / (eventsPerSecond * busyness(rhythm, time) * (rhythm === 'even' ? 1 : sum(weights) / usual)),
  }
}

/**
 * The demo's events in time order: a Poisson process whose rate and mix follow the hour of the week and
 * the patterns' characters. Same options, same bytes.
 */
export function* patternEvents({
  seed,
  from,
  to = Number.POSITIVE_INFINITY,
  epoch = from,
  eventsPerSecond,
  rhythm = 'office',
  announce = true,
  patterns = demoPatterns,
}: EventsOptions): Generator<ValidMessage> {
  const random = createRandom(`${seed}/events/${from}`)
  const known = new Set<DemoPattern>()
  const message = (pattern: DemoPattern, body: object, timestamp: number): ValidMessage => ({
    key: pattern.id,
    value: JSON.stringify(body),
    timestamp,
  })
  for (let hour = from; hour < to; hour = Math.floor(hour / hourMs + 1) * hourMs) {
    const end = Math.min(to, Math.floor(hour / hourMs + 1) * hourMs)
    const { moods, choose, meanGapMs } = planHour(patterns, { time: hour, epoch, eventsPerSecond, rhythm })
    // The process has no memory, so each hour may start afresh with its own rate.
    for (
      let time = hour + random.exponential() * meanGapMs;
      time < end;
      time += random.exponential() * meanGapMs
    ) {
      const timestamp = Math.floor(time)
      const index = choose(random)
      const pattern = patterns[index]!
      if (announce && !known.has(pattern)) {
        known.add(pattern)
        yield message(pattern, registered(random, pattern, timestamp), timestamp)
      }
      yield message(pattern, happening(random, pattern, moods[index]!, timestamp), timestamp)
    }
  }
}
