import { betaCdf } from './distributions.ts'

/** A pattern's uses in a span of time and in the equally long one before it. */
export interface UsageChange {
  readonly current: number
  readonly previous: number
  /** Whether the pattern was first seen within the current span. */
  readonly isNew: boolean
}

/** What counts as emerging or declining. */
export interface EmergenceLimits {
  /** Growth of the rate that must be passed, as a ratio: 0.5 is 50 %. */
  readonly growth?: number
  /** Fall of the rate that must be passed, as a ratio, 0…1. */
  readonly decline?: number
  /** The posterior probability needed. */
  readonly probability?: number
  /** Uses needed in the larger of the two spans. */
  readonly uses?: number
}

/** The verdict on one pattern. */
export interface Emergence extends UsageChange {
  readonly kind: 'emerging' | 'declining' | 'stable'
  /** That the rate grew, or if it is lower now fell, by more than the limit. */
  readonly probability: number
  /** (current − previous) / previous; null if there was nothing before. */
  readonly growth: number | null
}

/**
 * Jeffreys' prior for a Poisson rate, Gamma(½, 0). It is the same whatever unit the rate is counted in, so
 * that the verdict does not depend on the length of the span, and it adds just half a use to each side.
 */
const priorUses = 0.5

/**
 * Whether a pattern's usage rate grew or fell by more than a limit, beyond chance.
 *
 * Uses in equal spans are Poisson with rates λ₁ (before) and λ₂ (now). Under Jeffreys' prior the posteriors
 * are Gamma(½ + uses, span), independent, so λ₂ / (λ₁ + λ₂) ~ Beta(½ + current, ½ + previous) exactly, and
 * λ₂ > r·λ₁ is the same as that share being above r / (1 + r). (Gelman et al., Bayesian Data Analysis, 2.6
 * and 2.8; the frequentist twin is the conditional test of Przyborowski, Wilenski 1940, Biometrika 31.)
 *
 * Since each call has a posterior probability of at least 0.95, at most 5 % of a list of calls are expected
 * to be wrong (Newton et al. 2004, Biostatistics 5, 155–176): the list needs no further correction. A pattern
 * that did not exist before and has the uses needed is emerging whatever the limit, since any growth from
 * nothing passes it.
 */
export const emergence = (change: UsageChange, limits: EmergenceLimits = {}): Emergence => {
  const { current, previous } = change
  const isNew = change.isNew && previous === 0
  const { growth = 0.5, decline = 0.3, probability: needed = 0.95, uses = 5 } = limits
  const now = priorUses + current
  const before = priorUses + previous
  const isUp = current >= previous
  const probability = isUp
    ? betaCdf(1 / (2 + growth), before, now)
    : betaCdf((1 - decline) / (2 - decline), now, before)
  const isCertain = probability >= needed || isNew
  const kind = !isCertain || Math.max(current, previous) < uses ? 'stable' : isUp ? 'emerging' : 'declining'
  return {
    kind,
    probability,
    growth: previous === 0 ? null : (current - previous) / previous,
    current,
    previous,
    isNew,
  }
}

/** From nothing is the greatest growth there is. */
const growthOrAll = ({ growth }: Emergence): number => growth ?? Number.MAX_VALUE

/**
 * For sorting one list of emerging or of declining patterns: the surest first, then those that changed
 * most, then those with more uses. Equal ones are left to the caller, by id.
 */
export const compareEmergence = (a: Emergence, b: Emergence): number =>
  b.probability - a.probability ||
  Math.abs(growthOrAll(b)) - Math.abs(growthOrAll(a)) ||
  Math.max(b.current, b.previous) - Math.max(a.current, a.previous)
