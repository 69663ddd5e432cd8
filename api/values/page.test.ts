import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type PagePlace, pageOf, type SortValue } from './page.ts'

interface Item {
  readonly id: string
  readonly value: SortValue
}

const items = fc.uniqueArray(
  fc.record({
    id: fc.string({ minLength: 1, maxLength: 4 }),
    value: fc.option(fc.integer({ min: 0, max: 5 })),
  }),
  { selector: ({ id }) => id, maxLength: 60 },
)

const allPages = (list: readonly Item[], descending: boolean, limit: number): Item[] => {
  const seen: Item[] = []
  let after: PagePlace | undefined
  for (;;) {
    const page = pageOf(list, {
      valueOf: ({ value }) => value,
      idOf: ({ id }) => id,
      descending,
      after,
      limit,
    })
    expect(page.items.length).toBeLessThanOrEqual(limit)
    seen.push(...page.items)
    if (page.end === null) return seen
    after = page.end
  }
}

describe('a page', () => {
  it('of any size and direction leads on to all items in order, each once', () => {
    fc.assert(
      fc.property(items, fc.boolean(), fc.integer({ min: 1, max: 12 }), (list, descending, limit) => {
        const direction = descending ? -1 : 1
        const sorted = list.toSorted((a, b) => {
          if (a.value === b.value) return a.id < b.id ? -1 : 1
          if (a.value === null) return 1
          if (b.value === null) return -1
          return direction * (a.value - b.value)
        })
        expect(allPages(list, descending, limit)).toEqual(sorted)
      }),
    )
  })

  it('ends the list if it holds exactly the rest', () => {
    const list = [
      { id: 'a', value: 1 },
      { id: 'b', value: 2 },
    ]
    const page = pageOf(list, {
      valueOf: ({ value }) => value,
      idOf: ({ id }) => id,
      descending: false,
      limit: 2,
    })
    expect(page.end).toBeNull()
  })
})
