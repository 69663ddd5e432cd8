import { expect, test } from 'vitest'
import { z } from 'zod'
import { explainIssue } from './explainIssue.ts'

const messageFor = (schema: z.ZodType, value: unknown): string =>
  explainIssue(schema.safeParse(value).error!.issues[0]!.message)

test.each([
  [z.strictObject({ a: z.string() }), {}, 'is required'],
  [z.string(), 5, 'must be a string'],
  [z.array(z.string()), 'a', 'must be an array'],
  [z.strictObject({}), [], 'must be an object'],
  [z.enum(['one', 'other']), 'none', 'must be one of "one"|"other"'],
  [z.string().min(1), '', 'must have >=1 characters'],
  [z.string('must be a text'), 5, 'must be a text'],
] as const)('a fault of %# is worded for people', (schema, value, expected) => {
  expect(messageFor(schema, value)).toBe(expected)
})
