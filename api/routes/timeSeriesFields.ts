import { z } from '@hono/zod-openapi'
import { answerFields, rangeFields, windowStatusField } from '../http/conventions/asOf.ts'
import { count } from './figureFields.ts'
import { metricUnits, type Unit, unitField } from './units.ts'

/** What a series can be of. */
export const metricTypes = ['usage', 'success_rate', 'quality', 'duration', 'errors'] as const
export type MetricType = (typeof metricTypes)[number]

export const unitOf: Readonly<Record<MetricType, Unit>> = { ...metricUnits, errors: 'uses' }

const figure = z.number().nullable()

const pointSchema = z.strictObject({
  timestamp: z.iso.datetime().openapi({ description: 'The start of the window.' }),
  value: z.number(),
  sample_size: count.openapi({ description: 'How many uses, scores or durations are behind the value.' }),
  status: windowStatusField,
})

const totalSchema = z.strictObject({ value: figure, sample_size: count })

/** How `/time-series` answers. */
export const timeSeriesSchema = z
  .strictObject({
    ...answerFields,
    ...rangeFields,
    pattern_id: z.uuid().nullable().openapi({ description: 'null: several patterns together.' }),
    pattern_type: z
      .string()
      .nullable()
      .openapi({ description: 'The type that was asked for; null: patterns of any type.' }),
    metric_type: z.enum(metricTypes),
    unit: unitField,
    granularity: z.enum(['hour', 'day', 'week']),
    time_zone: z.string(),
    data: z.array(pointSchema).openapi({
      description:
        'usage and errors: every window from the first event on. The others: windows with observations, as missing is missing.',
    }),
    moving_average: z
      .strictObject({
        windows: z.int(),
        data: z.array(z.strictObject({ timestamp: z.iso.datetime(), value: z.number() })),
      })
      .nullable()
      .openapi({
        description:
          'The mean of what was observed in a window and those before it, from the first full stretch on. null where it was not asked for.',
      }),
    totals: totalSchema.openapi({ description: 'Of the whole range: a sum, a pooled rate, or a mean.' }),
    previous_period: z
      .strictObject({
        ...rangeFields,
        totals: totalSchema,
        compared: z.strictObject({ ...rangeFields, totals: totalSchema }).openapi({
          description:
            'What is compared with it: the closed hours of the range. A `time_range` is moved back to end with the last of them.',
        }),
        change: figure.openapi({ description: 'By how much `compared` is more.' }),
        growth_rate: figure.openapi({ description: '`change` relative to the value before.' }),
      })
      .nullable()
      .openapi({
        description:
          'As many hours just before those that are compared. null where it was not asked for, or no hour of the range has closed.',
      }),
  })
  .openapi('TimeSeries')
