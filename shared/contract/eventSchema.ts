import { z } from 'zod'
import { jsonBytes } from './jsonBytes.ts'
import { eventTypes, outcomes } from './patternEvent.ts'
import { readTime } from './rfc3339.ts'
import { readUuid } from './uuid.ts'

/** Lengths are in characters, which zod and `hasAtMost` count as Unicode code points. */
export const limits = {
  nameLength: 200,
  sourceLength: 200,
  errorMessageLength: 4_000,
  issueCount: 20,
  issueLength: 200,
  contextBytes: 16 * 1024,
  executionTimeMs: 86_400_000,
  descriptionLength: 4_000,
  tagCount: 50,
  tagLength: 200,
} as const

const uuid = z.string().refine((text) => readUuid(text) !== undefined, 'must be a UUID')
const time = z
  .string()
  .refine((text) => readTime(text) !== undefined, 'must be an RFC 3339 time with an offset')
const unit = z.number().min(0).max(1)
/** Text that ends up in the database: Postgres stores neither the null character nor half of a surrogate pair. */
const storedText = (min: number, max: number) =>
  z
    .string()
    .min(min)
    .max(max)
    .refine((text) => !text.includes('\0') && text.isWellFormed(), 'must be well-formed and without U+0000')
export const slug = /^[a-z][a-z0-9_]{0,63}$/
const slugRule = z.string().regex(slug, 'must match [a-z][a-z0-9_]{0,63}')
/** Not zod's record, which does not see a field with the name `__proto__`. */
const jsonObject = z.custom<Readonly<Record<string, unknown>>>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'must be a JSON object',
)
const context = jsonObject.refine(
  (value) => jsonBytes(value) <= limits.contextBytes,
  `must be at most ${limits.contextBytes} bytes as compact JSON`,
)
const dimensions = jsonObject.superRefine((scores, { addIssue }) => {
  for (const [name, score] of Object.entries(scores)) {
    if (!unit.safeParse(score).success)
      addIssue({ code: 'custom', path: [name], message: 'must be a number from 0 to 1' })
  }
})

const envelope = {
  event_id: uuid,
  schema_version: z.literal(1),
  pattern_id: uuid,
  occurred_at: time,
  correlation_id: uuid.nullish(),
  source: z.string().max(limits.sourceLength).nullish(),
}

/**
 * The contract of an event, version 1. An optional field may be absent or null, as many serializers write
 * it. Unknown fields are allowed: the log keeps them, projections do not look at them.
 */
export const eventSchema = z.discriminatedUnion(
  'type',
  [
    z.object({
      ...envelope,
      type: z.literal('pattern.used'),
      pattern_name: storedText(1, limits.nameLength).nullish(),
      pattern_type: slugRule.nullish(),
      outcome: z.enum(outcomes),
      quality_score: unit.nullish(),
      execution_time_ms: z.int().min(0).max(limits.executionTimeMs).nullish(),
      error_message: z.string().max(limits.errorMessageLength).nullish(),
      issues: z.array(z.string().max(limits.issueLength)).max(limits.issueCount).nullish(),
      context: context.nullish(),
    }),
    z.object({
      ...envelope,
      type: z.literal('pattern.quality_assessed'),
      quality_score: unit,
      confidence: unit.nullish(),
      rubric_version: z.string().nullish(),
      dimensions: dimensions.nullish(),
    }),
    z.object({
      ...envelope,
      type: z.literal('pattern.registered'),
      pattern_name: storedText(1, limits.nameLength),
      pattern_type: slugRule,
      description: storedText(0, limits.descriptionLength).nullish(),
      tags: z.array(storedText(0, limits.tagLength)).max(limits.tagCount).nullish(),
      node_type: storedText(0, limits.nameLength).nullish(),
    }),
  ],
  { error: () => `must be one of ${eventTypes.join(', ')}` },
)
