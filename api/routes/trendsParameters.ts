import { z } from '@hono/zod-openapi'
import {
  afterParameter,
  decimal,
  integer,
  pageParameters,
  patternIdParameter,
  patternTypeParameter,
  rangeParameters,
  seriesParameters,
} from '../http/conventions/parameters.ts'
import { unprocessable } from '../http/problems/problem.ts'
import type { InputFault } from '../values/resolved.ts'
import { isEmergenceType, trendTypes } from '../values/trendTypes.ts'
import { directionField } from './trendFields.ts'

const range = rangeParameters('30d')

export const trendsQuery = z.strictObject({
  trend_type: z.enum(trendTypes).default('usage').openapi({
    description:
      '`usage`, `quality`, `success_rate`, `duration`: where that metric goes. `emerging`, `declining`: which patterns’ usage grew or fell against the equally long time before.',
  }),
  ...range,
  time_range: range.time_range.openapi({
    description: `A range that ends with the last closed window, as a short name or an ISO 8601 duration. Default: 30d, and 7d for \`emerging\` and \`declining\`, if no \`from\` is given.`,
  }),
  granularity: seriesParameters.granularity,
  pattern_id: patternIdParameter,
  pattern_type: patternTypeParameter,
  direction: directionField.optional().openapi({ description: 'Only trends that go this way.' }),
  threshold: decimal(
    0,
    1_000,
    'By how much usage must have changed, as a ratio: `emerging` 0.5 (grew by more than 50 %), `declining` 0.3.',
  ),
  min_probability: decimal(0.5, 1, 'How sure that must be: the posterior probability. Default: 0.95.'),
  min_samples: integer(1, 1_000_000, 'Uses needed in the larger of the two times. Default: 5.'),
  include: z.enum(['series']).optional().openapi({ description: 'Adds the points of each series.' }),
  include_open: z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .optional()
    .openapi({
      type: 'boolean',
      default: false,
      description:
        'Whether windows that are still open take part. They hold too little, so trends bend down.',
    }),
  ...pageParameters,
  ...afterParameter,
})

export type TrendsQuery = z.infer<typeof trendsQuery>

const ofMetrics = ['direction', 'include_open'] as const
const ofEmergence = ['threshold', 'min_probability', 'min_samples'] as const

/** A parameter that this kind of trend does not use is a fault: ignoring it would mislead. */
export const refuseMisplaced = (query: TrendsQuery): void => {
  const isEmergence = isEmergenceType(query.trend_type)
  const faults: InputFault[] = (isEmergence ? ofMetrics : ofEmergence)
    .filter((name) => query[name] !== undefined)
    .map((path) => ({ path, message: `${path} has no meaning for trend_type=${query.trend_type}` }))
  if (query.trend_type === 'declining' && query.threshold !== undefined && query.threshold >= 1)
    faults.push({
      path: 'threshold',
      message: 'nothing can fall by 100 % or more: threshold must be below 1',
    })
  if (faults.length > 0) throw unprocessable(faults)
}
