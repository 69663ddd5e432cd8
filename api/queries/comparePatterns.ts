import { compare, type MetricComparison } from '@patterns/projections/analytics/comparison.ts'
import type { CatalogueEntry } from '@patterns/projections/catalogue.ts'
import type { Metric } from '@patterns/projections/analytics/metric.ts'
import type { Range } from '../values/range.ts'
import type { Vector } from '@patterns/read-model/vector.ts'
import { comparedColumns } from './columnSets.ts'
import type { PatternReads } from './patternReads.ts'
import { mergeRows } from './windows/mergeRows.ts'
import { windowRunsOf } from '@patterns/projections/windowRuns.ts'

export interface Compared {
  readonly vector: Vector
  /** In the order they were asked for. */
  readonly patterns: readonly { readonly id: string; readonly entry: CatalogueEntry }[]
  readonly comparisons: readonly MetricComparison[]
}

/** The comparison, or which of the patterns were never seen. */
export type Comparison =
  | { readonly ok: true; readonly value: Compared }
  | { readonly ok: false; readonly unknown: readonly string[] }

/** Patterns side by side over a range, of one moment. */
export const comparePatterns = async (
  reads: PatternReads,
  ids: readonly string[],
  metrics: readonly Metric[],
  range: Range,
): Promise<Comparison> => {
  const { vector, entries, windows } = await reads.some(ids, {
    runs: windowRunsOf(range),
    columns: comparedColumns,
  })
  const unknown = ids.filter((id) => !entries.has(id))
  if (unknown.length > 0) return { ok: false, unknown }
  const states = ids.map((id) => ({ id, state: mergeRows(windows.get(id) ?? []) }))
  const patterns = ids.map((id) => ({ id, entry: entries.get(id)! }))
  return { ok: true, value: { vector, patterns, comparisons: compare(states, metrics) } }
}
