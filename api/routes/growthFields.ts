import { z } from '@hono/zod-openapi'
import { growthRate } from '@patterns/projections/derived/growth.ts'
import type { GrowthSpans } from '@patterns/projections/derived/growthSpans.ts'
import { isoTime } from '../http/conventions/asOf.ts'
import { count } from './figureFields.ts'

/** Which times growth compares. */
export const growthField = z
  .strictObject({
    from: z.iso.datetime().openapi({ description: 'Where the later of the two times begins.' }),
    to: z.iso.datetime().openapi({ description: 'Where it ends: hours that have not closed are left out.' }),
    previous_from: z.iso
      .datetime()
      .openapi({ description: 'Where the equally long time before begins; it ends at `from`.' }),
  })
  .nullable()
  .openapi({
    description:
      'Which times every `growth_rate` compares: closed hours of the range, and as many before them. A `time_range` is moved back to end with the last closed hour, so that 24h is 24 of them; of `from` and `to` it is what has closed. null if no hour of the range has closed: there is no growth then.',
  })

export const growthOf = (spans: GrowthSpans | undefined) =>
  spans === undefined
    ? null
    : {
        from: isoTime(spans.current.from),
        to: isoTime(spans.current.to),
        previous_from: isoTime(spans.previous.from),
      }

/** How often something was used in a range, and in the two times that growth compares; 0 in times that are not. */
export interface UsageCounts {
  readonly uses: number
  readonly closedUses: number
  readonly previousUses: number
}

export const usageFields = {
  usage_count: count.openapi({ description: 'In the whole range, up to now.' }),
  closed_usage_count: count.openapi({
    description: 'In the closed hours from `growth.from` to `growth.to`.',
  }),
  previous_usage_count: count.openapi({ description: 'From `growth.previous_from` to `growth.from`.' }),
  growth_rate: z.number().nullable().openapi({
    description: '(closed − previous) / previous; null if there was none before.',
  }),
}

export const usageOf = ({ uses, closedUses, previousUses }: UsageCounts) => ({
  usage_count: uses,
  closed_usage_count: closedUses,
  previous_usage_count: previousUses,
  growth_rate: growthRate(closedUses, previousUses),
})
