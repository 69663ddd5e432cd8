import { z } from '@hono/zod-openapi'
import { answerFields, windowStatusField } from '../http/conventions/asOf.ts'
import { count } from './figureFields.ts'
import { growthField, usageFields } from './growthFields.ts'
import { nextCursorField } from './listPage.ts'
import { patternFields } from './patternFields.ts'
import { seriesFields } from './seriesFields.ts'

const periodsSchema = z.array(
  z.strictObject({
    period_start: z.iso.datetime().openapi({ description: 'Inclusive.' }),
    period_end: z.iso
      .datetime()
      .openapi({ description: 'Exclusive. The last period ends with the running hour.' }),
    usage_count: count.openapi({ description: 'Uses in the period.' }),
    status: windowStatusField,
  }),
)

const patternSchema = z
  .strictObject({
    ...patternFields,
    ...usageFields,
    last_used: z.iso.datetime().nullable().openapi({ description: 'Its latest use, whatever the range.' }),
    periods: periodsSchema.openapi({
      description: 'From the first event of the pattern on; without uses, 0.',
    }),
  })
  .openapi('PatternUsage', { description: 'How often one pattern is used.' })

/** How `/usage-stats` answers. */
export const usageStatsSchema = z
  .strictObject({
    ...answerFields,
    ...seriesFields,
    growth: growthField,
    patterns: z
      .array(patternSchema)
      .openapi({ description: 'Those used in the range, or in one of the times that growth compares.' }),
    total_count: count.openapi({ description: 'How many there are on all pages.' }),
    next_cursor: nextCursorField,
    totals: z
      .strictObject({
        ...usageFields,
        periods: periodsSchema.openapi({ description: 'Every period of the range.' }),
      })
      .openapi({ description: 'Of all patterns together, or all of the type.' }),
    popular_patterns: z
      .array(z.strictObject({ ...patternFields, ...usageFields }))
      .openapi({ description: 'The ten most used in the range, whatever the order and the page.' }),
  })
  .openapi('UsageStats', { description: 'How often patterns are used, each and all together.' })
