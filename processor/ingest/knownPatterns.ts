import type { EventLog } from '@patterns/event-log/eventLog.ts'
import type { PatternEvent } from '@patterns/shared/contract/patternEvent.ts'
import { decodeRecord } from '@patterns/shared/contract/decodeRecord.ts'
import type { FindPlaces } from './patternPlaces.ts'

/** What a shard knows of the patterns that it has met: which of them lie in other shards too. */
export interface KnownPatterns {
  /**
   * Which of the patterns of some events are split. What is known costs nothing; the others are registered, and those
   * that lie elsewhere are split first. To be asked before the events are appended.
   */
  splitAmong(events: readonly Pick<PatternEvent, 'patternId'>[]): Promise<ReadonlySet<string>>
  /** A pattern of the shard was split by another one: all are asked for again. */
  forget(): void
}

export interface KnownPatternsOptions {
  readonly log: Pick<EventLog, 'registerPatterns' | 'splitPatterns'>
  readonly shard: number
  /** Where the events of patterns can lie in the log of another shard, up to a position. */
  readonly placesOf: FindPlaces
  /** Told of each event that is looked at to split patterns: there may be millions. */
  readonly onLooked?: (() => void) | undefined
  /** How many patterns are kept in mind; default 20,000. */
  readonly maxKnown?: number
}

const none: ReadonlySet<string> = new Set()

export const createKnownPatterns = ({
  log,
  shard,
  placesOf,
  onLooked,
  maxKnown = 20_000,
}: KnownPatternsOptions): KnownPatterns => {
  /** Whether each is split. */
  const known = new Map<string, boolean>()

  const ask = async (patternIds: readonly string[]): Promise<void> => {
    const homes = await log.registerPatterns(shard, patternIds)
    const elsewhere = new Set(patternIds.filter((patternId) => homes.get(patternId) === 'elsewhere'))
    if (elsewhere.size > 0)
      await log.splitPatterns(
        [...elsewhere],
        (record) => {
          onLooked?.()
          return elsewhere.has(decodeRecord(record).patternId)
        },
        (home, position) => placesOf([...elsewhere], home, position),
      )
    for (const patternId of patternIds) known.set(patternId, homes.get(patternId) !== 'here')
  }

  return {
    async splitAmong(events) {
      if (known.size > maxKnown) known.clear()
      let split: Set<string> | undefined
      let unknown: Set<string> | undefined
      for (const { patternId } of events) {
        const isSplit = known.get(patternId)
        if (isSplit === undefined) (unknown ??= new Set()).add(patternId)
        else if (isSplit) (split ??= new Set()).add(patternId)
      }
      if (unknown === undefined) return split ?? none
      await ask([...unknown])
      return new Set([...(split ?? none), ...[...unknown].filter((patternId) => known.get(patternId))])
    },
    forget: () => known.clear(),
  }
}
