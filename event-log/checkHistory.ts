import { isAnotherTopic } from './isAnotherTopic.ts'
import type { EventLog, LogRecord, ShardHead } from './eventLog.ts'

/** What a partition says of the messages that it holds now; a source answers so. */
export interface TopicHistory {
  epochEnd(
    leaderEpoch: number,
  ): Promise<{ readonly leaderEpoch: number; readonly endOffset: number } | null | undefined>
  valueAt(offset: number): Promise<Buffer | null | undefined>
}

export interface HistoryQuestion {
  readonly log: Pick<EventLog, 'positionBefore' | 'readRanges'>
  readonly shard: number
  readonly head: Pick<
    ShardHead,
    'position' | 'nextSourceOffset' | 'sourceBase' | 'sourceBaseSince' | 'leaderEpoch' | 'topicId'
  >
  readonly topicId: string | null
  /** The oldest offset that the partition still has. */
  readonly startOffset: number
  /** The offset that its next message will get. */
  readonly endOffset: number
  readonly history: TopicHistory
}

/** What became of the messages of a partition that were read. */
export interface HistoryCheck {
  /** The first of the partition's offsets at which it holds another one, or none; `null` if nothing differs. */
  readonly divergesAt: number | null
  /** The head's, if the leader knows it as well; `null` if it is of no use to ask by. */
  readonly leaderEpoch: number | null
}

/**
 * Whether a partition still holds what was read of it. It does not after an election of a broker that lacked some, or
 * with a restored disk, also if it has grown past the old end since. If Kafka tells leader epochs, it is by these,
 * exactly (KIP-320). A restored disk may give the same epochs again, and other sources have none: so the last event
 * before that is looked at as well and, if it is another, more of them by bisection.
 */
export const checkHistory = async (question: HistoryQuestion): Promise<HistoryCheck> => {
  const { head, history, startOffset, topicId } = question
  const expected = head.nextSourceOffset - head.sourceBase
  // What was read before the base was changed has no offset in the topic any more.
  const isReadNow = head.nextSourceOffset > head.sourceBaseSince && startOffset < expected
  if (!isReadNow || isAnotherTopic(head, topicId)) return { divergesAt: null, leaderEpoch: null }

  const end = head.leaderEpoch === null ? undefined : await history.epochEnd(head.leaderEpoch)
  if (end && end.endOffset < expected) {
    const byEpoch = Math.max(end.endOffset, startOffset)
    const before = await divergenceByContent(question, { upTo: byEpoch, isElsewhere: false })
    return { divergesAt: before ?? byEpoch, leaderEpoch: null }
  }
  const isKnown = end !== null && end?.leaderEpoch === head.leaderEpoch
  const isElsewhere = head.leaderEpoch !== null && !isKnown && end !== undefined
  const divergesAt = await divergenceByContent(question, { upTo: expected, isElsewhere })
  return { divergesAt, leaderEpoch: isKnown ? head.leaderEpoch : null }
}

interface ContentQuestion {
  /** Of the partition's offsets; what is at and behind it does not matter. */
  readonly upTo: number
  /** The leader has another log, which may have the same messages. */
  readonly isElsewhere: boolean
}

/** By the values of events: the first offset below `upTo` that may have another message, `null` if none seems to. */
const divergenceByContent = async (
  { log, shard, head, startOffset, endOffset, history }: HistoryQuestion,
  { upTo, isElsewhere }: ContentQuestion,
): Promise<number | null> => {
  const { sourceBase, sourceBaseSince } = head
  const recordAt = async (position: number): Promise<LogRecord | undefined> => {
    for await (const page of log.readRanges(shard, [{ first: position, last: position }])) return page[0]
    return undefined
  }
  const offsetOf = (record: LogRecord) => record.sourceOffset - sourceBase
  /** `undefined` if it cannot be told, as one of them was removed. */
  const isThere = async (record: LogRecord | undefined): Promise<boolean | undefined> => {
    if (record === undefined) return undefined
    if (offsetOf(record) >= endOffset) return false
    const value = await history.valueAt(offsetOf(record))
    return value === undefined ? undefined : (value?.equals(record.value) ?? false)
  }

  const [before, last] = await Promise.all([
    log.positionBefore(shard, Math.max(sourceBaseSince, startOffset + sourceBase)),
    log.positionBefore(shard, upTo + sourceBase),
  ])
  const isLastThere = last > before ? await isThere(await recordAt(last)) : undefined
  if (isLastThere !== false && !isElsewhere) return null
  let [same, other] = isLastThere === true ? [last, last + 1] : [before, last]
  while (other - same > 1) {
    const middle = Math.floor((same + other) / 2)
    // What cannot be told is read again: that is harmless, and passing over something is not.
    if ((await isThere(await recordAt(middle))) === true) same = middle
    else other = middle
  }
  const lastSame = same > before ? await recordAt(same) : undefined
  const from =
    lastSame === undefined ? Math.max(startOffset, sourceBaseSince - sourceBase) : offsetOf(lastSame) + 1
  return from < upTo ? from : null
}
