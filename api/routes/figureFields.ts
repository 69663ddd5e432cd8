import { z } from '@hono/zod-openapi'
import type { DurationFigures } from '@patterns/projections/derived/durationFigures.ts'
import { type QualityFigures } from '@patterns/projections/derived/qualityFigures.ts'
import {
  confidence,
  rateCount,
  successRate,
  wilsonInterval,
} from '@patterns/projections/derived/successRate.ts'
import type { Outcomes } from '@patterns/projections/measures/outcomes.ts'

/** A rate, a score or a share: 0…1, null without observations. */
export const unitOrNull = z.number().min(0).max(1).nullable()
export const count = z.int().min(0)

export const outcomesSchema = z
  .strictObject({
    success: count.openapi({ description: 'It did what it was for.' }),
    partial_success: count.openapi({ description: 'It did part of it. A success in rates.' }),
    failure: count.openapi({ description: 'It did not do it.' }),
    error: count.openapi({ description: 'It broke.' }),
  })
  .openapi({ description: 'Uses by outcome.' })

export const outcomesOf = (outcomes: Outcomes) => ({
  success: outcomes.successes,
  partial_success: outcomes.partial_successes,
  failure: outcomes.failures,
  error: outcomes.errors,
})

export const intervalSchema = z
  .strictObject({
    lower: z.number().openapi({ description: 'Its lower end.' }),
    upper: z.number().openapi({ description: 'Its upper end.' }),
  })
  .nullable()
  .openapi({ description: 'The 95 % Wilson score interval of the success rate.' })

export const successFields = {
  success_rate: unitOrNull.openapi({
    description: '(successes + partial successes) / uses; null without uses.',
  }),
  success_rate_interval: intervalSchema,
  confidence: z
    .number()
    .min(0)
    .max(1)
    .openapi({ description: 'min(1, usage_count / 30): from the sample size alone.' }),
  usage_count: count.openapi({ description: 'Uses in the range.' }),
  successful_usage_count: count.openapi({ description: 'Successes and partial successes.' }),
  outcomes: outcomesSchema,
}

export const successOf = (outcomes: Outcomes) => {
  const { successes, uses } = rateCount(outcomes)
  return {
    success_rate: successRate(outcomes),
    success_rate_interval: wilsonInterval(successes, uses),
    confidence: confidence(uses),
    usage_count: uses,
    successful_usage_count: successes,
    outcomes: outcomesOf(outcomes),
  }
}

export const qualityFields = {
  quality_score: unitOrNull.openapi({ description: 'The mean of all scores.' }),
  stddev: z.number().nullable().openapi({ description: 'Sample standard deviation; null below two scores.' }),
  minimum: unitOrNull.openapi({ description: 'The least score.' }),
  maximum: unitOrNull.openapi({ description: 'The greatest score.' }),
  sample_size: count.openapi({ description: 'How many scores.' }),
  confidence: z.number().min(0).max(1).openapi({ description: 'min(1, sample_size / 30).' }),
}

export const qualityOf = (figures: QualityFigures) => ({
  quality_score: figures.average,
  stddev: figures.stddev,
  minimum: figures.minimum,
  maximum: figures.maximum,
  sample_size: figures.sampleSize,
  confidence: confidence(figures.sampleSize),
})

const milliseconds = z.number().min(0).nullable()

export const durationFields = {
  mean_ms: milliseconds.openapi({
    description: 'The mean, exactly; null without durations, as all of these.',
  }),
  p50_ms: milliseconds.openapi({ description: 'The median. Percentiles are within 5 %.' }),
  p95_ms: milliseconds.openapi({ description: '95 % take at most this.' }),
  p99_ms: milliseconds.openapi({ description: '99 % take at most this.' }),
  minimum_ms: milliseconds.openapi({ description: 'The shortest, exactly.' }),
  maximum_ms: milliseconds.openapi({ description: 'The longest, exactly.' }),
  sample_size: count.openapi({ description: 'How many durations.' }),
}

export const durationOf = (figures: DurationFigures) => ({
  mean_ms: figures.meanMs,
  p50_ms: figures.p50Ms,
  p95_ms: figures.p95Ms,
  p99_ms: figures.p99Ms,
  minimum_ms: figures.minimumMs,
  maximum_ms: figures.maximumMs,
  sample_size: figures.sampleSize,
})
