import { raw } from 'sql-template-tag'

/** Of a row with sums: its success rate, null without uses. As `successRate` computes it. */
export const successRatio = raw('(successes + partial_successes)::float8 / nullif(uses, 0)')

/** Its mean score, 0…1; null without scores. As `qualityAverage` computes it. */
export const qualityRatio = raw('quality_sum::float8 / nullif(quality_count, 0) / 1000000')

/** The growth of its uses; null if there were none before. As `growthRate` computes it. */
export const growthRatio = raw('(closed_uses - previous_uses)::float8 / nullif(previous_uses, 0)')
