import type { PatternRow } from '../patterns.ts'

export const dataAccess: readonly PatternRow[] = [
  ['CRUD Effect', 'steady', 30, 0.98, 0.85, 45, 'Create, read, update and delete one entity'],
  ['Repository', 'steady', 20, 0.96, 0.83, 65, 'A collection-like front to stored entities'],
  ['Active Record', 'declining', 11, 0.86, 0.6, 85, 'Entities that load and save themselves'],
  ['Keyset Pagination', 'emerging', 7, 0.97, 0.89, 38, 'Pages by the last key that was seen'],
  ['Offset Pagination', 'declining', 9, 0.9, 0.58, 130, 'Pages by skipping rows'],
  ['Transactional Outbox', 'improving', 12, 0.95, 0.88, 150, 'Stores messages with the state they report'],
  ['Read-Through Cache', 'worsening', 14, 0.95, 0.8, 20, 'Fills the cache on the first miss'],
  ['Bulk Upsert', 'bursty', 8, 0.93, 0.82, 890, 'Writes many rows in one statement'],
  ['Soft Delete', 'steady', 10, 0.91, 0.7, 55, 'Marks rows as deleted and filters them out'],
  ['Change Data Capture', 'new', 7, 0.9, 0.85, 260, 'Streams the changes of a database table'],
]
