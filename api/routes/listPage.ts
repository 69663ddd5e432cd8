import { z } from '@hono/zod-openapi'
import type { CatalogueEntry } from '@patterns/projections/catalogue.ts'
import { encodeCursor } from '../http/conventions/cursor.ts'
import type { Page } from '../values/page.ts'
import { unprocessable } from '../http/problems/problem.ts'
import type { Range } from '../values/range.ts'

export const nextCursorField = z
  .string()
  .nullable()
  .openapi({ description: 'Where the next page begins; null at the end.' })

/** No range: the catalogue is of all time. */
export const allTime: Range = { from: 0, to: 0 }

export const nextCursor = (page: Page<unknown>, question: string, range: Range): string | null =>
  page.end === null ? null : encodeCursor(question, { range, place: page.end })

/** If a request names a pattern and a type that it is not of, one of the two is a mistake. */
export const refuseOtherType = (entry: CatalogueEntry, asked: string | undefined): void => {
  const type = entry.patternType?.value
  if (asked === undefined || asked === type) return
  const message = `the pattern ${type === undefined ? 'has no type' : `is of the type ${type}`}, not ${asked}`
  throw unprocessable([{ path: 'pattern_type', message }])
}

/** `-field` is descending, as in JSON:API. */
export const sortParameter = <const Fields extends readonly [string, ...string[]]>(
  fields: Fields,
  fallback: `-${Fields[number]}` | Fields[number],
) =>
  z
    .enum(fields.flatMap((field) => [field, `-${field}`]) as [string, ...string[]])
    .default(fallback)
    .transform((text) => ({
      field: text.replace(/^-/, '') as Fields[number],
      descending: text.startsWith('-'),
    }))
    .openapi({
      type: 'string',
      enum: fields.flatMap((field) => [field, `-${field}`]),
      default: fallback,
      description: 'What to order by, `-` for descending. Missing values come last.',
    })
