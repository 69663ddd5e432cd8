import { compare, type MetricComparison } from '@patterns/projections/analytics/comparison.ts'
import type { CatalogueEntry } from '@patterns/projections/catalogue.ts'
import type { Metric } from '@patterns/projections/analytics/metric.ts'
import { Problem } from '../http/problems/problem.ts'
import type { Range } from '../values/range.ts'
import type { Vector } from '../values/vector.ts'
import { comparedColumns } from './columnSets.ts'
import type { PatternReads } from './patternReads.ts'
import { mergeRows } from './windows/mergeRows.ts'
import { segmentsOf } from './windows/segments.ts'

export interface Compared {
  readonly vector: Vector
  /** In the order they were asked for. */
  readonly patterns: readonly { readonly id: string; readonly entry: CatalogueEntry }[]
  readonly comparisons: readonly MetricComparison[]
}

const refuseUnknown = (ids: readonly string[], entries: ReadonlyMap<string, unknown>): void => {
  const errors = ids.flatMap((id, i) =>
    entries.has(id)
      ? []
      : [{ path: `pattern_ids.${i}`, message: `no event of the pattern ${id} was ever seen` }],
  )
  if (errors.length === 0) return
  throw new Problem(404, 'PATTERN_NOT_FOUND', errors.map(({ message }) => message).join('; '), { errors })
}

/**
 * Patterns side by side over a range, of one moment.
 * @throws Problem 404 that names every id that was never seen
 */
export const comparePatterns = async (
  reads: PatternReads,
  ids: readonly string[],
  metrics: readonly Metric[],
  range: Range,
): Promise<Compared> => {
  const { vector, entries, windows } = await reads.some(ids, {
    segments: segmentsOf(range),
    columns: comparedColumns,
  })
  refuseUnknown(ids, entries)
  const states = ids.map((id) => ({ id, state: mergeRows(windows.get(id) ?? []) }))
  return {
    vector,
    patterns: ids.map((id) => ({ id, entry: entries.get(id)! })),
    comparisons: compare(states, metrics),
  }
}
