import { LRUCache } from 'lru-cache'
import type { Vector } from '@patterns/read-model/vector.ts'
import type { Summed } from './listRelation.ts'
import { asOfSnapshot, type ListReads } from './listReads.ts'
import { type Category, readCategory } from './readCategory.ts'

/** The figures of a type over a range, and what they are as of. */
export interface CategoryRead extends Category {
  readonly vector: Vector
  readonly text: string
}

/** Reads the figures of a type once, however many of its patterns are compared while nothing changes. */
export type Categories = (summed: Summed, type: string) => Promise<CategoryRead>

export interface CategoriesOptions {
  readonly lists: ListReads
  /** What lists over this range are as of right now. */
  readonly textOf: (summed: Summed) => string
}

/** Types and ranges cached at most: each takes some 100 KB if the type has 1,000 patterns. */
const maxCached = 100

export const createCategories = ({ lists, textOf }: CategoriesOptions): Categories => {
  const cache = new LRUCache<string, { readonly text: string; readonly read: Promise<CategoryRead> }>({
    max: maxCached,
  })
  return ({ range }, type) => {
    const key = `${range.from}/${range.to}/${type}`
    const text = textOf({ range })
    const known = cache.get(key)
    if (known?.text === text) return known.read
    const read = lists.read({ range }, async (list) => ({
      ...(await readCategory(list, type)),
      ...asOfSnapshot(list),
    }))
    cache.set(key, { text, read })
    read.catch(() => cache.delete(key))
    return read
  }
}
