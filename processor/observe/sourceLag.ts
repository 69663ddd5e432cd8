import type { PartitionEnd } from '@patterns/topic/source.ts'
import type { ShardState } from '../shard/ownedShard.ts'

export interface SourceLag {
  /** Messages still to be taken by shard of this process; empty while the broker cannot be asked. */
  current(): ReadonlyMap<number, number>
  stop(): void
}

/** Asks for the partitions' ends from time to time: a stalled consumer reports nothing by itself. */
export const watchSourceLag = ({
  ends,
  isUp,
  states,
  everyMs = 5_000,
}: {
  readonly ends: () => Promise<readonly PartitionEnd[]>
  /** Whether the source is in touch with the broker. */
  readonly isUp: () => boolean
  readonly states: () => readonly ShardState[]
  readonly everyMs?: number
}): SourceLag => {
  let known: readonly PartitionEnd[] = []
  const ask = async (): Promise<void> => {
    known = await ends().catch(() => [])
  }
  const timer = setInterval(() => void ask(), everyMs)
  void ask()
  return {
    current() {
      if (!isUp()) return new Map()
      const endOf = new Map(known.map((end) => [end.partition, end.endOffset]))
      return new Map(
        states().flatMap(({ shard, nextOffset }): [number, number][] => {
          const end = endOf.get(shard)
          return end === undefined || nextOffset === undefined ? [] : [[shard, Math.max(0, end - nextOffset)]]
        }),
      )
    },
    stop: () => clearInterval(timer),
  }
}
