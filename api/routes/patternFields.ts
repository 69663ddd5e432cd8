import { z } from '@hono/zod-openapi'
import type { NamedPattern } from '../queries/lists/listRow.ts'
import type { CatalogueEntry } from '@patterns/projections/catalogue.ts'

/** How every answer names a pattern. */
export const patternFields = {
  pattern_id: z.uuid().openapi({ description: 'The id of the pattern, in lower case.' }),
  pattern_name: z
    .string()
    .nullable()
    .openapi({ description: 'The name it was last given; null if it never was.' }),
  pattern_type: z.string().nullable().openapi({ description: 'The category it was last given.' }),
}

export const nameOf = ({ id, name, type }: NamedPattern) => ({
  pattern_id: id,
  pattern_name: name,
  pattern_type: type,
})

/** The name of a pattern, from its entry in the catalogue. */
export const namedEntry = (id: string, { patternName, patternType }: CatalogueEntry): NamedPattern => ({
  id,
  name: patternName?.value ?? null,
  type: patternType?.value ?? null,
})

export const entryNameOf = (id: string, entry: CatalogueEntry) => nameOf(namedEntry(id, entry))
