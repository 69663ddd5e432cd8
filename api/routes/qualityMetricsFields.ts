import { z } from '@hono/zod-openapi'
import { answerFields, windowStatusField } from '../http/conventions/asOf.ts'
import { count, qualityFields } from './figureFields.ts'
import { nextCursorField } from './listPage.ts'
import { patternFields } from './patternFields.ts'
import { seriesFields } from './seriesFields.ts'
import { shortTrendSchema, trendRangeSchema } from './shortTrendFields.ts'

const patternSchema = z
  .strictObject({
    ...patternFields,
    ...qualityFields,
    measurements: z
      .array(
        z.strictObject({
          timestamp: z.iso.datetime().openapi({ description: 'The start of the window.' }),
          quality_score: z.number().openapi({ description: 'The mean of its scores.' }),
          confidence: z.number().openapi({ description: 'min(1, sample_size / 30).' }),
          sample_size: count.openapi({ description: 'How many scores it has.' }),
          status: windowStatusField,
        }),
      )
      .openapi({ description: 'The windows with scores; one without is left out.' }),
    trend: shortTrendSchema.openapi({
      description:
        'The trend of the quality that `/patterns/{pattern_id}` has for the same range. The false discovery rate is controlled over all patterns that are listed, whatever page they are on.',
    }),
  })
  .openapi('PatternQuality', { description: 'The scores of one pattern.' })

/** How `/quality-metrics` answers. */
export const qualityMetricsSchema = z
  .strictObject({
    ...answerFields,
    ...seriesFields,
    trend_range: trendRangeSchema,
    patterns: z.array(patternSchema).openapi({ description: 'Highest mean score first.' }),
    total_count: count.openapi({ description: 'How many there are on all pages.' }),
    next_cursor: nextCursorField,
  })
  .openapi('QualityMetrics', { description: 'How good patterns are, the best first.' })
