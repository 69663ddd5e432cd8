import { type Granularity, granularities } from '@patterns/projections/window.ts'
import type pg from 'pg'
import type { LaneIndex } from './laneIndex.ts'
import { type LoadedSlice, loadSlices } from './loadSlices.ts'
import type { WindowName } from './sliceStore.ts'

/** Reads whole windows in the background of those that are held, each once however many ask for it. */
export interface SliceLoader {
  /** What was read and not taken over yet, each as of a vector of its own. */
  readonly arrived: readonly LoadedSlice[]
  /** Resolves once all of these windows have arrived. Rejects where the database cannot be read. */
  read(lanes: LaneIndex, windows: readonly WindowName[]): Promise<void>
  /** Lets go of what was taken over. */
  take(slices: readonly LoadedSlice[]): void
  /** Lets go of all, and of what is still being read. */
  forget(): void
  /** Resolves once nothing is being read. */
  settled(): Promise<void>
}

const keyOf = ({ granularity, start }: WindowName): string => `${granularity}/${start}`

export const createSliceLoader = (pool: pg.Pool): SliceLoader => {
  let arrived: LoadedSlice[] = []
  let loading = new Map<string, Promise<void>>()
  /** Those that were forgotten included. */
  const running = new Set<Promise<void>>()

  const load = (lanes: LaneIndex, granularity: Granularity, windows: readonly WindowName[]): void => {
    const mine = loading
    const starts = windows.map(({ start }) => start).toSorted((a, b) => a - b)
    const read = async (): Promise<void> => {
      try {
        const slices = await loadSlices(pool, lanes, granularity, starts)
        // Everything may have been forgotten meanwhile.
        if (mine === loading) arrived.push(...slices)
      } finally {
        for (const window of windows) mine.delete(keyOf(window))
      }
    }
    const reading = read()
    running.add(reading)
    void reading.catch(() => {}).then(() => running.delete(reading))
    for (const window of windows) mine.set(keyOf(window), reading)
  }

  return {
    get arrived() {
      return arrived
    },
    async read(lanes, windows) {
      const isHere = new Set(arrived.map(({ window }) => keyOf(window)))
      for (const granularity of granularities) {
        const unread = windows.filter(
          (window) =>
            window.granularity === granularity && !isHere.has(keyOf(window)) && !loading.has(keyOf(window)),
        )
        const unique = [...new Map(unread.map((window) => [keyOf(window), window])).values()]
        if (unique.length > 0) load(lanes, granularity, unique)
      }
      await Promise.all(new Set(windows.flatMap((window) => loading.get(keyOf(window)) ?? [])))
    },
    take(slices) {
      const taken = new Set(slices)
      arrived = arrived.filter((slice) => !taken.has(slice))
    },
    forget() {
      arrived = []
      loading = new Map()
    },
    async settled() {
      await Promise.allSettled(running)
    },
  }
}
