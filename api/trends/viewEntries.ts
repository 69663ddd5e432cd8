import type { CatalogueEntry } from '@patterns/projections/catalogue.ts'
import type { Vector } from '@patterns/read-model/vector.ts'
import { patternsOfType } from '../totals/patternsOfType.ts'
import type { ListedPattern } from '../totals/catalogue.ts'
import type { StandingsView } from '../totals/standings.ts'

/** The patterns of a type, or all, as a view had them. */
export interface ViewEntries {
  /** The catalogue's own list: another one where patterns came, or changed their type. */
  readonly members: readonly ListedPattern[]
  readonly entries: ReadonlyMap<string, CatalogueEntry>
}

/**
 * Copies of catalogue entries, which may change in place while a request reads on: made once for each vector,
 * however many ask. To be called before the first `await` of a view.
 */
export const createViewEntries = () => {
  const kept = new WeakMap<Vector, Map<string | undefined, ViewEntries>>()
  return ({ vector, catalogue }: StandingsView, patternType: string | undefined): ViewEntries => {
    const ofVector = kept.get(vector) ?? new Map<string | undefined, ViewEntries>()
    kept.set(vector, ofVector)
    let known = ofVector.get(patternType)
    if (known === undefined) {
      const members = patternsOfType(catalogue, patternType)
      known = { members, entries: new Map(members.map(({ id, entry }) => [id, { ...entry }])) }
      ofVector.set(patternType, known)
    }
    return known
  }
}
