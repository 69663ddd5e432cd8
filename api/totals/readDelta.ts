import type { CatalogueEntry } from '@patterns/projections/catalogue.ts'
import { granularities } from '@patterns/projections/window.ts'
import type pg from 'pg'
import { minVector, type Vector } from '@patterns/read-model/vector.ts'
import type { LaneIndex } from './laneIndex.ts'
import type { LoadedSlice } from './loadSlices.ts'
import { readCatalogue } from './readCatalogue.ts'
import { readChangedWindows } from './readChangedWindows.ts'
import { readRows } from './readRows.ts'
import type { SliceStore, WindowName } from './sliceStore.ts'
import { sumColumns } from './sums.ts'

/** A row as it is now. */
export interface Change {
  readonly window: WindowName
  readonly lane: number
  readonly values: Float64Array
}

/** What brings everything in memory to the vector of a snapshot. */
export interface Delta {
  readonly changes: readonly Change[]
  readonly entries: readonly (readonly [patternId: string, entry: CatalogueEntry])[]
}

export interface DeltaOptions {
  readonly lanes: LaneIndex
  readonly store: SliceStore
  /** What the store is as of; `undefined` if it is still empty. */
  readonly known: Vector | undefined
  /** Slices that were read meanwhile, each as of its own vector. */
  readonly arrived: readonly LoadedSlice[]
}

/**
 * Reads the rows that changed since what is held was read, and nothing else. A row that is read although it
 * is known does no harm: rows are whole states.
 */
export const readDelta = async (
  client: pg.PoolClient,
  { lanes, store, known, arrived }: DeltaOptions,
): Promise<Delta> => {
  const vectors = arrived.map((loaded) => loaded.vector)
  const since = minVector(known === undefined ? vectors : [known, ...vectors])
  const changes: Change[] = []
  if (known !== undefined || arrived.length > 0) {
    const changed = await readChangedWindows(client, since)
    for (const granularity of granularities) {
      const arriving = arrived
        .filter(({ window }) => window.granularity === granularity && changed[granularity].has(window.start))
        .map(({ window }) => window.start)
      const starts = [...store.heldOf(granularity, changed[granularity]), ...arriving].toSorted(
        (a, b) => a - b,
      )
      const wanted = { granularity, starts, after: since, columns: sumColumns }
      await readRows(client, wanted, (start, bytes, at, shard, values) => {
        const lane = lanes.lane(bytes, at, shard)
        changes.push({ window: { granularity, start }, lane, values: values.slice() })
      })
    }
  }
  return { changes, entries: await readCatalogue(client, known ?? new Map()) }
}
