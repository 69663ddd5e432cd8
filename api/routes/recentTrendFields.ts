import { z } from '@hono/zod-openapi'
import type { RecentTrend } from '../queries/lists/readRecentTrends.ts'
import { count } from './figureFields.ts'
import { nameOf, patternFields } from './patternFields.ts'
import { usageFields } from './growthFields.ts'
import { emergenceFields, emergenceFiguresOf } from './trendsAnswer.ts'

export const recentTrendsField = z
  .array(
    z
      .strictObject({
        trend_type: z
          .enum(['emerging', 'declining', 'stable'])
          .openapi({ description: 'What their usage does.' }),
        count: count.openapi({ description: 'How many patterns do so.' }),
        patterns: z
          .array(
            z.strictObject({
              ...patternFields,
              ...emergenceFields,
              closed_usage_count: usageFields.closed_usage_count,
            }),
          )
          .openapi({ description: 'The ten surest; of the stable ones, the most used.' }),
      })
      .openapi('RecentTrend', { description: 'The patterns with one kind of change in usage.' }),
  )
  .openapi({
    description:
      'The closed hours of the range against as many before them: which patterns’ usage grew by more than 50 %, fell by more than 30 %, with 95 % probability and 5 uses at least, or did neither. Empty if no hour of the range has closed yet.',
  })

export const recentTrendOf = ({ kind, patterns, first }: RecentTrend) => ({
  trend_type: kind,
  count: patterns,
  patterns: first.map(({ verdict, ...pattern }) => ({
    ...nameOf(pattern),
    ...emergenceFiguresOf({ verdict }),
    closed_usage_count: verdict.current,
  })),
})
