import { z } from '@hono/zod-openapi'
import { readRfc3339 } from '@patterns/shared/contract/rfc3339.ts'
import { readUuid } from '@patterns/shared/contract/uuid.ts'
import { granularities } from '@patterns/projections/window.ts'
import { demoPatternIds } from '../docs/demoPatterns.ts'
import { durationRule, isDuration } from '../../values/duration.ts'
import { isZone } from '../../values/timeZone.ts'

/** The parameters that several routes share. A route takes those it can use, and refuses all others. */

/** A whole number in a range, in decimal digits. */
export const integer = (min: number, max: number, description: string, fallback?: number) => {
  const rule = `must be a whole number from ${min} to ${max}`
  const schema = z
    .string()
    .regex(/^\d{1,15}$/, rule)
    .transform(Number)
    .refine((value) => value >= min && value <= max, rule)
  const documented = { type: 'integer', minimum: min, maximum: max, description } as const
  return fallback === undefined
    ? schema.optional().openapi(documented)
    : schema.default(fallback).openapi({ ...documented, default: fallback })
}

/** A decimal number in a range, with at most six digits after the point. */
export const decimal = (min: number, max: number, description: string) => {
  const rule = `must be a number from ${min} to ${max} with at most 6 decimals`
  return z
    .string()
    .regex(/^\d{1,6}(\.\d{1,6})?$/, rule)
    .transform(Number)
    .refine((value) => value >= min && value <= max, rule)
    .optional()
    .openapi({ type: 'number', minimum: min, maximum: max, description })
}

const instant = (description: string) =>
  z
    .string()
    .transform((text, context) => {
      const time = readRfc3339(text)
      if (time !== undefined) return time
      const hint = /\d \d\d:\d\d$/.test(text) ? '; the + of an offset is written %2B in a URL' : ''
      context.addIssue({ code: 'custom', message: `must be an RFC 3339 time with offset${hint}` })
      return z.NEVER
    })
    .optional()
    // No example: /docs would put it into the request beside that of `time_range`.
    .openapi({ type: 'string', format: 'date-time', description })

/** `time_range`, or `from` and `to`. */
export const rangeParameters = (defaultRange: string) => ({
  time_range: z
    .string()
    .refine(isDuration, durationRule)
    .optional()
    .openapi({
      description: `A range that ends now, of at most five years: a number of minutes, hours, days or weeks (\`90m\`, \`24h\`, \`7d\`, \`2w\`), or an ISO 8601 duration. Ranges are widened outward to whole hours; the answer says to what. Default: ${defaultRange}, if no \`from\` is given.`,
      examples: ['7d', '2w', 'P1M'],
    }),
  from: instant(
    'The start of the range, inclusive, with an offset: `2026-01-01T00:00:00Z`. Instead of `time_range`.',
  ),
  to: instant(
    'The end of the range, exclusive. Default: now. The running hour is the last that a range holds.',
  ),
})

const granularityOf = { hourly: 'hour', daily: 'day', weekly: 'week' } as const
const adverbs = ['hourly', 'daily', 'weekly'] as const
const isAdverb = (text: string): text is (typeof adverbs)[number] => Object.hasOwn(granularityOf, text)

export const seriesParameters = {
  granularity: z
    .enum([...granularities, ...adverbs])
    .transform((text) => (isAdverb(text) ? granularityOf[text] : text))
    .optional()
    .openapi({
      type: 'string',
      enum: [...granularities, ...adverbs],
      description:
        'How long each point is; `hourly`, `daily` and `weekly` mean the same. Default: the coarsest that gives at least 24 points, else the finest that is allowed.',
    }),
  time_zone: z.string().refine(isZone, 'must be the name of an IANA time zone').optional().openapi({
    description:
      'The zone in which days and weeks begin; its offset must be whole hours. For example `Europe/Berlin`. Default: UTC. Weeks begin on Monday.',
  }),
}

/** The id of a pattern, in lower case. */
export const patternId = (description: string) =>
  z
    .string()
    .transform((text, context) => {
      const id = readUuid(text)
      if (id !== undefined) return id
      context.addIssue({ code: 'custom', message: 'must be a UUID' })
      return z.NEVER
    })
    .openapi({ type: 'string', format: 'uuid', description })

/** The pattern in the path. */
export const patternPath = z.strictObject({
  pattern_id: patternId('The pattern.').openapi({ example: demoPatternIds[0] }),
})

export const patternIdParameter = patternId('Only this pattern.').optional()

export const patternTypeParameter = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,63}$/, 'must be a slug: lower case letters, digits, underscores')
  .optional()
  .openapi({ description: 'Only patterns of this type.' })

export const pageParameters = {
  limit: integer(1, 500, 'How many to list at most.', 50) as z.ZodType<number, string | undefined>,
  // One that ends with a name of 200 characters, each written as six.
  cursor: z.string().min(1).max(2_000).optional().openapi({
    description: 'The `next_cursor` of the page before; all other parameters as in its request.',
  }),
}

/** Read your own write. */
export const afterParameter = {
  after: z
    .string()
    .regex(/^\d{1,9}:\d{1,15}(@[0-9a-f]{8})?$/, 'must be <shard>:<source offset>, or that with @<log_id>')
    .transform((text) => {
      const [place, logId] = text.split('@')
      const [shard, offset] = place!.split(':').map(Number)
      return { shard: shard!, offset: offset!, logId }
    })
    .optional()
    .openapi({
      type: 'string',
      description:
        'Answer only once the message at this partition and offset has been applied: waits up to 2 s, then 503. A shard that the log does not have is a 422, as is another log than the one named behind an `@`. For example `0:1234`.',
    }),
}

export type After = { readonly shard: number; readonly offset: number; readonly logId: string | undefined }
