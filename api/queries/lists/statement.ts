import { createHash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type pg from 'pg'
import type { Sql } from 'sql-template-tag'

/** Texts vary by which filters and orders are asked for, and by how many whole days and hours make up a range. */
const names = new LRUCache<string, string>({ max: 1_000 })

/** A statement that is prepared once on each connection, under a name that its text gives it. */
export const prepared = ({ text, values }: Sql): pg.QueryConfig => {
  let name = names.get(text)
  if (name === undefined) {
    name = createHash('sha1').update(text).digest('base64url')
    names.set(text, name)
  }
  return { name, text, values }
}
