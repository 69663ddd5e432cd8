import { type Outcome, outcomes } from '@patterns/shared/contract/patternEvent.ts'
import { writeUuid } from '@patterns/shared/contract/uuid.ts'
import type { NewEvent } from '../eventLog.ts'

/** What a segment says of its events, so that those of a pattern are found without unpacking it. */
export interface SegmentIndex {
  /** For each event the hash of its pattern's id, `ofNoPattern` for a test event. */
  readonly patternHashes: Int32Array
  /** For each event the code of its outcome, or 0. */
  readonly outcomes: Buffer
}

const ofNoPattern = 0

const bytes = Buffer.alloc(16)

/** The four words of a pattern's id, combined by exclusive or. Stored, so it must not change. */
export const patternHash = (patternId: string): number => {
  writeUuid(bytes, 0, patternId)
  const hash = bytes.readInt32BE(0) ^ bytes.readInt32BE(4) ^ bytes.readInt32BE(8) ^ bytes.readInt32BE(12)
  return hash === ofNoPattern ? 1 : hash
}

/** Stored, so it must not change: new outcomes come last. */
export const outcomeCode = (outcome: Outcome): number => outcomes.indexOf(outcome) + 1

/** What the segments of some events say of them. */
export const indexEvents = (events: readonly Pick<NewEvent, 'event'>[]): SegmentIndex => {
  const index = { patternHashes: new Int32Array(events.length), outcomes: Buffer.alloc(events.length) }
  for (let i = 0; i < events.length; i++) {
    const { patternId, outcome, isTest } = events[i]!.event
    index.patternHashes[i] = isTest ? ofNoPattern : patternHash(patternId)
    if (outcome !== undefined) index.outcomes[i] = outcomeCode(outcome)
  }
  return index
}
