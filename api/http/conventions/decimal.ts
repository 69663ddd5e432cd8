import { z } from '@hono/zod-openapi'

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
