import { z } from '@hono/zod-openapi'

/** A decimal number in a range, with at most six digits after the point. */
export const decimal = (least: number, most: number, description: string) => {
  const rule = `must be a number from ${least} to ${most} with at most 6 decimals`
  return z
    .string()
    .regex(/^\d{1,6}(\.\d{1,6})?$/, rule)
    .transform(Number)
    .refine((value) => value >= least && value <= most, rule)
    .optional()
    .openapi({ type: 'number', minimum: least, maximum: most, description })
}
