import { z } from '@hono/zod-openapi'
import { granularities } from '@patterns/projections/window.ts'
import { isoTime, rangeFields } from '../http/conventions/asOf.ts'
import type { Series } from '../values/buckets.ts'

/** Which windows a list of series is of. */
export const seriesFields = {
  ...rangeFields,
  granularity: z.enum(granularities),
  time_zone: z.string(),
}

export const seriesOf = ({ range, granularity, zone }: Series) => ({
  from: isoTime(range.from),
  to: isoTime(range.to),
  granularity,
  time_zone: zone,
})
