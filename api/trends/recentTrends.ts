import type { CatalogueEntry } from '@patterns/projections/catalogue.ts'
import type { Emergence } from '@patterns/projections/analytics/emergence.ts'
import { pageOf } from '../values/page.ts'
import { emergenceOrder } from './emergenceTrends.ts'
import { orderKey } from './orderKey.ts'

/** A pattern with the verdict on its usage. */
export interface JudgedUsage {
  readonly id: string
  readonly entry: CatalogueEntry
  readonly verdict: Emergence
}

export interface RecentTrend {
  readonly kind: Emergence['kind']
  readonly count: number
  /** The first few: the surest, and of the stable ones the most used. */
  readonly patterns: readonly JudgedUsage[]
}

const kinds = ['emerging', 'declining', 'stable'] as const

/** Of patterns that were used in either span: how many take off, fall, and do neither, and which first. */
export const recentTrends = (judged: readonly JudgedUsage[], most: number): readonly RecentTrend[] => {
  const used = judged.filter(({ verdict }) => verdict.current > 0 || verdict.previous > 0)
  return kinds.map((kind) => {
    const ofKind = used.filter(({ verdict }) => verdict.kind === kind)
    const { items } = pageOf(ofKind, {
      valueOf: ({ verdict }) => (kind === 'stable' ? orderKey([-verdict.current]) : emergenceOrder(verdict)),
      idOf: ({ id }) => id,
      descending: false,
      limit: most,
    })
    return { kind, count: ofKind.length, patterns: items }
  })
}
