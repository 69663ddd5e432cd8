import { z } from '@hono/zod-openapi'
import { answerFields, rangeFields, windowStatusField } from '../http/conventions/asOf.ts'
import { count } from './figureFields.ts'
import { granularityField, timeZoneField } from './seriesFields.ts'
import { metricUnits, type Unit, unitField } from './units.ts'

/** What a series can be of. */
export const metricTypes = ['usage', 'success_rate', 'quality', 'duration', 'errors'] as const
export type MetricType = (typeof metricTypes)[number]

export const unitOf: Readonly<Record<MetricType, Unit>> = { ...metricUnits, errors: 'uses' }

const figure = z.number().nullable()

const pointSchema = z.strictObject({
  timestamp: z.iso.datetime().openapi({ description: 'The start of the window.' }),
  value: z.number().openapi({ description: 'Its value, in `unit`.' }),
  sample_size: count.openapi({ description: 'How many uses, scores or durations are behind the value.' }),
  status: windowStatusField,
})

const totalSchema = z.strictObject({
  value: figure.openapi({ description: 'The value over all of it; null without observations.' }),
  sample_size: count.openapi({ description: 'How many observations are behind it.' }),
})

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
    metric_type: z.enum(metricTypes).openapi({ description: 'What the values are of.' }),
    unit: unitField,
    granularity: granularityField,
    time_zone: timeZoneField,
    data: z.array(pointSchema).openapi({
      description:
        'usage and errors: every window from the first event on. The others: windows with observations, as missing is missing.',
    }),
    moving_average: z
      .strictObject({
        windows: z.int().openapi({ description: 'Over how many windows.' }),
        data: z
          .array(
            z.strictObject({
              timestamp: z.iso.datetime().openapi({ description: 'The start of the last of them.' }),
              value: z.number().openapi({ description: 'Their mean.' }),
            }),
          )
          .openapi({ description: 'One value for each window that has so many before it.' }),
      })
      .nullable()
      .openapi({
        description:
          'The mean of what was observed in a window and those before it, from the first full stretch on. null if it was not asked for.',
      }),
    totals: totalSchema.openapi({ description: 'Of the whole range: a sum, a pooled rate, or a mean.' }),
    previous_period: z
      .strictObject({
        ...rangeFields,
        totals: totalSchema.openapi({ description: 'Of the time before.' }),
        compared: z
          .strictObject({
            ...rangeFields,
            totals: totalSchema.openapi({ description: 'Of the closed hours.' }),
          })
          .openapi({
            description:
              'What is compared with it: the closed hours of the range. A `time_range` is moved back to end with the last of them.',
          }),
        change: figure.openapi({ description: 'By how much `compared` is more.' }),
        growth_rate: figure.openapi({ description: '`change` relative to the value before.' }),
      })
      .nullable()
      .openapi({
        description:
          'As many hours just before those that are compared. null if it was not asked for, or no hour of the range has closed.',
      }),
  })
  .openapi('TimeSeries', { description: 'One metric over time.' })
