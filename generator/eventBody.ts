import type { Mood } from './character.ts'
import type { DemoPattern } from './patterns.ts'
import type { Random } from './random.ts'
import { randomUuidV4, randomUuidV7 } from './randomUuid.ts'

const sources = ['codegen-agent', 'refactoring-agent', 'migration-agent', 'ci-runner']
const languages = ['typescript', 'go', 'rust', 'java', 'kotlin', 'python']
const errorMessages = [
  'The generated code did not compile',
  'A test that passed before fails now',
  'The pattern does not fit: the module has no interface',
  'Timed out while waiting for the language server',
]
const issues = ['missing error handling', 'name does not say what it does', 'no test for the edge case']

const clamp = (value: number, min: number, max: number): number => Math.min(max, Math.max(min, value))

/** A score around a mean, to three decimals, as graders give it. */
const score = (random: Random, mean: number, deviation: number): number =>
  Math.round(clamp(mean + deviation * random.normal(), 0, 1) * 1_000) / 1_000

const envelope = (random: Random, pattern: DemoPattern, type: string, time: number) => ({
  event_id: randomUuidV7(random, time),
  type,
  schema_version: 1,
  pattern_id: pattern.id,
  occurred_at: new Date(time).toISOString(),
})

const outcomeOf = (random: Random, successRate: number): string => {
  if (random.chance(successRate)) return random.chance(0.9) ? 'success' : 'partial_success'
  return random.chance(0.7) ? 'failure' : 'error'
}

const used = (random: Random, pattern: DemoPattern, mood: Mood, time: number): object => {
  const outcome = outcomeOf(random, clamp(pattern.successRate + mood.merit, 0.02, 0.995))
  const isFault = outcome === 'failure' || outcome === 'error'
  // Execution times are skewed: most near the median, some several times as long.
  const durationMs = Math.round(pattern.durationMs * mood.slowness * Math.exp(0.5 * random.normal()))
  return {
    ...envelope(random, pattern, 'pattern.used', time),
    ...(random.chance(0.6) && { correlation_id: randomUuidV4(random) }),
    source: random.pick(sources),
    pattern_name: pattern.name,
    pattern_type: pattern.type,
    outcome,
    ...(random.chance(0.7) && {
      quality_score: score(random, pattern.quality + mood.merit - (isFault ? 0.2 : 0), 0.08),
    }),
    ...(random.chance(0.95) && { execution_time_ms: Math.max(1, durationMs) }),
    ...(isFault && { error_message: random.pick(errorMessages) }),
    ...(isFault && random.chance(0.5) && { issues: [random.pick(issues)] }),
    context: {
      language: random.pick(languages),
      files_changed: 1 + random.below(12),
      attempt: random.chance(0.85) ? 1 : 2,
    },
  }
}

const assessed = (random: Random, pattern: DemoPattern, mood: Mood, time: number): object => {
  const mean = pattern.quality + mood.merit
  return {
    ...envelope(random, pattern, 'pattern.quality_assessed', time),
    source: 'review-agent',
    quality_score: score(random, mean, 0.06),
    confidence: score(random, 0.8, 0.1),
    rubric_version: '2026-01',
    dimensions: {
      readability: score(random, mean, 0.1),
      correctness: score(random, mean, 0.1),
      fit: score(random, mean, 0.1),
    },
  }
}

/** The event that announces a pattern to the catalogue. */
export const registered = (random: Random, pattern: DemoPattern, time: number): object => ({
  ...envelope(random, pattern, 'pattern.registered', time),
  source: 'pattern-registry',
  pattern_name: pattern.name,
  pattern_type: pattern.type,
  description: pattern.description,
  tags: [pattern.type, pattern.character],
  node_type: pattern.durationMs > 500 ? 'orchestrator' : 'effect',
})

/** One event of a pattern in its mood at a time (epoch milliseconds): nearly always a use, sometimes an assessment. */
export const happening = (random: Random, pattern: DemoPattern, mood: Mood, time: number): object =>
  random.chance(0.95) ? used(random, pattern, mood, time) : assessed(random, pattern, mood, time)
