import type { Granularity } from '@patterns/projections/window.ts'
import type pg from 'pg'
import type { Vector } from '@patterns/read-model/vector.ts'
import { readVector } from '@patterns/read-model/reading/readVector.ts'
import { servedProjections } from '@patterns/read-model/served.ts'
import type { LaneIndex } from './laneIndex.ts'
import { readRows } from './readRows.ts'
import { createSlice, type Slice } from './slice.ts'
import type { WindowName } from './sliceStore.ts'
import { takeSnapshot } from './snapshot.ts'
import { sumColumns } from './sums.ts'

/** A window of all patterns as it was at a vector. */
export interface LoadedSlice {
  readonly window: WindowName
  readonly slice: Slice
  readonly vector: Vector
}

/** Reads whole windows, in a snapshot of their own. */
export const loadSlices = async (
  pool: pg.Pool,
  lanes: LaneIndex,
  granularity: Granularity,
  starts: readonly number[],
): Promise<LoadedSlice[]> => {
  const snapshot = await takeSnapshot(pool)
  try {
    const vector = await readVector(snapshot.client, servedProjections.windows)
    const slices = new Map(starts.map((start) => [start, createSlice()]))
    const wanted = { granularity, starts, columns: sumColumns }
    await readRows(snapshot.client, wanted, (start, bytes, at, shard, values) => {
      slices.get(start)!.append(lanes.lane(bytes, at, shard), values)
    })
    return [...slices].map(([start, slice]) => ({ window: { granularity, start }, slice, vector }))
  } finally {
    await snapshot.close()
  }
}
