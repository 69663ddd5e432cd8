import { z } from '@hono/zod-openapi'
import type { CatalogueEntry } from '@patterns/projections/catalogue.ts'

/** How every answer names a pattern. */
export const patternFields = {
  pattern_id: z.uuid().openapi({ description: 'The id of the pattern, in lower case.' }),
  pattern_name: z
    .string()
    .nullable()
    .openapi({ description: 'The name it was last given; null where it never was.' }),
  pattern_type: z.string().nullable().openapi({ description: 'The category it was last given.' }),
}

export const nameOf = (id: string, entry: CatalogueEntry) => ({
  pattern_id: id,
  pattern_name: entry.patternName?.value ?? null,
  pattern_type: entry.patternType?.value ?? null,
})
