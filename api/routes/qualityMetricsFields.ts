import { z } from '@hono/zod-openapi'
import { answerFields, windowStatusField } from '../http/conventions/asOf.ts'
import { count, qualityFields } from './figureFields.ts'
import { nextCursorField } from './listPage.ts'
import { patternFields } from './patternFields.ts'
import { seriesFields } from './seriesFields.ts'
import { shortTrendSchema } from './shortTrendFields.ts'

const patternSchema = z
  .strictObject({
    ...patternFields,
    ...qualityFields,
    measurements: z
      .array(
        z.strictObject({
          timestamp: z.iso.datetime().openapi({ description: 'The start of the window.' }),
          quality_score: z.number(),
          confidence: z.number(),
          sample_size: count,
          status: windowStatusField,
        }),
      )
      .openapi({ description: 'The windows with scores; one without is left out.' }),
    trend: shortTrendSchema.openapi({
      description:
        'Over the closed windows of the range. The false discovery rate is controlled over the page.',
    }),
  })
  .openapi('PatternQuality')

/** How `/quality-metrics` answers. */
export const qualityMetricsSchema = z
  .strictObject({
    ...answerFields,
    ...seriesFields,
    patterns: z.array(patternSchema).openapi({ description: 'Highest mean score first.' }),
    total_count: count.openapi({ description: 'How many there are on all pages.' }),
    next_cursor: nextCursorField,
  })
  .openapi('QualityMetrics')
