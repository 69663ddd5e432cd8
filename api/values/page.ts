import { readUuid } from '@patterns/shared/contract/uuid.ts'
import { z } from 'zod'

/** What a list is ordered by; ties are broken by id. Missing values come last in either direction. */
export type SortValue = number | string | null

/** The last item of a page. */
export type PagePlace = readonly [value: SortValue, id: string]

export const pagePlace = z.tuple([z.union([z.number(), z.string(), z.null()]), z.string()])

/** The id of any pattern that can exist, of whatever version and variant. */
const patternId = z.string().refine((text) => readUuid(text) === text)

/** No stored text has the null character, and Postgres takes none that has it. */
const storedText = z.string().refine((text) => !text.includes('\0'))

const textFields: readonly string[] = ['pattern_name', 'pattern_type']

/** The place of a page of patterns that are ordered by a field. The cursor's values go into the statement as they are. */
export const patternPlace = (field: string): z.ZodType<PagePlace> =>
  z.tuple([(textFields.includes(field) ? storedText : z.number()).nullable(), patternId])

/** The last item of a page of a list that is ordered by several numbers, the first counting most, and then by id. */
export type RankedPlace = readonly [values: readonly number[], id: string]

export const rankedPlace = z.tuple([z.array(z.number()), patternId])

export interface PageOptions<Item> {
  readonly valueOf: (item: Item) => SortValue
  readonly idOf: (item: Item) => string
  readonly descending: boolean
  /** Where the page before ended. */
  readonly after?: PagePlace | undefined
  readonly limit: number
}

export interface Page<Item, Place = PagePlace> {
  readonly items: readonly Item[]
  /** Where the next page begins; `null` if this is the last. */
  readonly end: Place | null
}

const compare = (a: SortValue, b: SortValue, descending: boolean): number => {
  if (a === b) return 0
  if (a === null) return 1
  if (b === null) return -1
  return (a < b ? -1 : 1) * (descending ? -1 : 1)
}

/**
 * One page of a list in its order, found in a single pass. Only the first items so far are held, in order, and most others
 * come after the last of these: so 10,000 are not sorted to show 50.
 */
export const pageOf = <Item>(items: Iterable<Item>, options: PageOptions<Item>): Page<Item> => {
  const { valueOf, idOf, descending, after, limit } = options
  const best: { item: Item; value: SortValue; id: string }[] = []
  const order = (aValue: SortValue, aId: string, bValue: SortValue, bId: string): number =>
    compare(aValue, bValue, descending) || (aId < bId ? -1 : aId > bId ? 1 : 0)
  for (const item of items) {
    const value = valueOf(item)
    const id = idOf(item)
    if (after !== undefined && order(value, id, after[0], after[1]) <= 0) continue
    const last = best.at(-1)
    if (best.length > limit && order(value, id, last!.value, last!.id) > 0) continue
    let at = best.length
    while (at > 0 && order(value, id, best[at - 1]!.value, best[at - 1]!.id) < 0) at--
    best.splice(at, 0, { item, value, id })
    if (best.length > limit + 1) best.pop()
  }
  const shown = best.slice(0, limit)
  const last = shown.at(-1)
  return {
    items: shown.map(({ item }) => item),
    end: best.length > limit && last !== undefined ? [last.value, last.id] : null,
  }
}
