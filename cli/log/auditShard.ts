import type { LogRecord, ShardHead } from '@patterns/event-log/eventLog.ts'
import { decodeRecord } from '@patterns/shared/contract/decodeRecord.ts'

/** A duplicate as the log remembers it. */
export interface DuplicateRow {
  readonly sourceOffset: number
  /** The shard that has the first event with the id. */
  readonly shard: number
  readonly position: number
}

/** All that is stored of a shard, each in order of source offset. Only what lies before the head is looked at. */
export interface ShardContents {
  readonly shard: number
  /** Read before the rest, so that what is appended meanwhile does not disturb. */
  readonly head: ShardHead
  /** How far the log of each shard has come, read after the head: a duplicate may be of an event in another one. */
  readonly positions: ReadonlyMap<number, number>
  readonly records: AsyncIterable<readonly LogRecord[]>
  readonly duplicates: AsyncIterable<readonly DuplicateRow[]>
  readonly deadLetters: AsyncIterable<readonly number[]>
}

export interface AuditFault {
  /** `undefined` for a fault of the counters, which no offset can be blamed for. */
  readonly sourceOffset: number | undefined
  readonly message: string
}

export interface ShardAudit {
  readonly shard: number
  readonly firstOffset: number
  readonly nextOffset: number
  readonly appended: number
  readonly duplicates: number
  readonly deadLettered: number
  readonly notRecords: number
  readonly faultCount: number
  /** In order of offset, the first few. */
  readonly faults: readonly AuditFault[]
}

const maxFaults = 20

interface Entry {
  readonly offset: number
  readonly kind: 'appended' | 'duplicate' | 'dead-lettered'
  readonly fault: string | undefined
}

/** The position that comes next in the log. */
interface Placed {
  next: number
}

/** What is wrong with a record in itself. */
const recordFault = (record: LogRecord, expectedPosition: number): string | undefined => {
  if (record.position !== expectedPosition)
    return record.position > expectedPosition
      ? `positions ${expectedPosition} to ${record.position - 1} are missing before it`
      : `position ${record.position} where ${expectedPosition} comes next`
  try {
    const { eventId } = decodeRecord(record)
    return eventId === record.eventId
      ? undefined
      : `stored under id ${record.eventId}, but its payload says ${eventId}`
  } catch (error) {
    return (error as Error).message
  }
}

async function* recordEntries({ head, records }: ShardContents, placed: Placed): AsyncGenerator<Entry> {
  for await (const page of records) {
    for (const record of page) {
      if (record.sourceOffset >= head.nextSourceOffset) return
      const fault = recordFault(record, placed.next)
      placed.next = record.position + 1
      yield { offset: record.sourceOffset, kind: 'appended', fault }
    }
  }
}

async function* duplicateEntries({
  shard,
  head,
  positions,
  duplicates,
}: ShardContents): AsyncGenerator<Entry> {
  for await (const page of duplicates) {
    for (const { sourceOffset, shard: first, position } of page) {
      if (sourceOffset >= head.nextSourceOffset) return
      const isKnown =
        position >= 1 && position <= (first === shard ? head.position : (positions.get(first) ?? 0))
      const where = first === shard ? '' : ` of shard ${first}`
      const fault = isKnown ? undefined : `a duplicate of position ${position}${where}, which does not exist`
      yield { offset: sourceOffset, kind: 'duplicate', fault }
    }
  }
}

async function* deadLetterEntries({ head, deadLetters }: ShardContents): AsyncGenerator<Entry> {
  for await (const page of deadLetters) {
    for (const offset of page) {
      if (offset >= head.nextSourceOffset) return
      yield { offset, kind: 'dead-lettered', fault: undefined }
    }
  }
}

/** Merges sequences that are each in order of offset. */
async function* mergeByOffset(sequences: readonly AsyncGenerator<Entry>[]): AsyncGenerator<Entry> {
  const heads = await Promise.all(sequences.map((sequence) => sequence.next()))
  for (;;) {
    let min: number | undefined
    heads.forEach((head, at) => {
      if (head.done === true) return
      const best = min === undefined ? undefined : heads[min]
      if (best === undefined || best.done === true || head.value.offset < best.value.offset) min = at
    })
    if (min === undefined) return
    yield heads[min]!.value as Entry
    heads[min] = await sequences[min]!.next()
  }
}

/**
 * Checks the accounting of one shard: every source offset from the first to the next is exactly one of
 * appended, duplicate, dead-lettered or not a record; positions have no gap; each id is that of its payload;
 * and the head's counters say the same. Memory does not grow with the log.
 */
export const auditShard = async (
  contents: ShardContents,
  onProgress: (events: number) => void = () => {},
): Promise<ShardAudit> => {
  const { shard, head } = contents
  const counts = { appended: 0, duplicate: 0, 'dead-lettered': 0 }
  const faults: AuditFault[] = []
  let faultCount = 0
  let notRecords = 0
  let firstGap: number | undefined
  let expectedOffset = head.firstSourceOffset
  let before: Entry | undefined
  const placed = { next: 1 }
  const blame = (sourceOffset: number | undefined, message: string): void => {
    faultCount += 1
    if (faults.length < maxFaults) faults.push({ sourceOffset, message })
  }
  /** What lies in between left no trace. */
  const skipTo = (offset: number): void => {
    if (offset > expectedOffset) firstGap ??= expectedOffset
    notRecords += offset - expectedOffset
  }
  for await (const entry of mergeByOffset([
    recordEntries(contents, placed),
    duplicateEntries(contents),
    deadLetterEntries(contents),
  ])) {
    counts[entry.kind] += 1
    if (entry.kind === 'appended') onProgress(counts.appended)
    if (entry.fault !== undefined) blame(entry.offset, entry.fault)
    if (entry.offset < expectedOffset) {
      const isTwice = before !== undefined && before.offset === entry.offset
      blame(entry.offset, isTwice ? `is both ${before!.kind} and ${entry.kind}` : 'is out of order')
    } else {
      skipTo(entry.offset)
      expectedOffset = entry.offset + 1
    }
    before = entry
  }
  skipTo(head.nextSourceOffset)
  const compare = (name: string, recorded: number, counted: number, suspect?: number): void => {
    if (recorded !== counted) blame(suspect, `the head says ${recorded} ${name}, but there are ${counted}`)
  }
  if (placed.next <= head.position)
    blame(undefined, `positions ${placed.next} to ${head.position} are missing at the end`)
  compare('events', head.position, counts.appended)
  compare('duplicates', head.duplicates, counts.duplicate)
  compare('dead letters', head.deadLettered, counts['dead-lettered'])
  // Too many of them: something is missing, and the first that left no trace is the first suspect.
  compare(
    'offsets without a record',
    head.notRecords,
    notRecords,
    notRecords > head.notRecords ? firstGap : undefined,
  )
  return {
    shard,
    firstOffset: head.firstSourceOffset,
    nextOffset: head.nextSourceOffset,
    appended: counts.appended,
    duplicates: counts.duplicate,
    deadLettered: counts['dead-lettered'],
    notRecords,
    faultCount,
    faults,
  }
}
