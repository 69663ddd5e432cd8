import { z } from '@hono/zod-openapi'
import { granularities } from '@patterns/projections/window.ts'
import { isoTime, rangeFields } from '../http/conventions/asOf.ts'
import type { Range } from '../values/range.ts'
import type { BucketedRange } from '../values/buckets.ts'

export const granularityField = z.enum(granularities).openapi({ description: 'How long each window is.' })

export const timeZoneField = z
  .string()
  .openapi({ description: 'The zone in which days and weeks begin, as it was asked for.' })

/** Which windows a list of series is of. */
export const seriesFields = {
  ...rangeFields,
  granularity: granularityField,
  time_zone: timeZoneField,
}

/** `range` is the range of the figures, if it is not the whole range of the series. */
export const seriesOf = ({ range: whole, granularity, zone }: BucketedRange, range: Range = whole) => ({
  from: isoTime(range.from),
  to: isoTime(range.to),
  granularity,
  time_zone: zone,
})
