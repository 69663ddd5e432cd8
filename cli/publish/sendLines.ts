import type { Fault, RejectionReason } from '@patterns/shared/contract/rejection.ts'
import type { Publisher } from '@patterns/topic/publisher.ts'
import { TopicUnreachableError } from '@patterns/topic/topicUnreachable.ts'
import { describeError } from '../describeError.ts'
import type { Pace } from './pace.ts'
import type { Prepared } from './prepareLine.ts'
import type { Line } from './readLines.ts'

export interface RefusedLine {
  readonly number: number
  readonly reason: RejectionReason
  readonly faults: readonly Fault[]
}

/** What became of the lines of an input. */
export interface SendReport {
  /** Lines that are not blank. */
  lines: number
  refused: number
  /** What the topic acknowledged: how many in each partition, and the offset of the last. */
  readonly partitions: Map<number, { count: number; lastOffset: number }>
  undelivered: number
  /** Why the first of the undelivered was not. */
  failure: string | undefined
  /** Whether that was because the topic cannot be reached at all. */
  isUnreachable: boolean
}

export interface SendOptions {
  readonly lines: AsyncIterable<Line>
  readonly prepare: (bytes: Buffer | undefined) => Prepared
  /** Absent: nothing is sent, the lines are only checked. */
  readonly publisher?: Publisher
  readonly pace: Pace
  readonly onRefused: (line: RefusedLine) => void
  readonly onLine: (line: Line) => void
  readonly isInterrupted: () => boolean
}

const space = 0x20
const isBlank = (bytes: Buffer): boolean => bytes.every((byte) => byte <= space)

/** So many failures mean that the topic is gone, not that a message is odd. */
const maxFailures = 100

/** Sends each line as a message, in order, and resolves when all are acknowledged or given up. */
export const sendLines = async ({
  lines,
  prepare,
  publisher,
  pace,
  onRefused,
  onLine,
  isInterrupted,
}: SendOptions): Promise<SendReport> => {
  const report: SendReport = {
    lines: 0,
    refused: 0,
    partitions: new Map(),
    undelivered: 0,
    failure: undefined,
    isUnreachable: false,
  }
  const delivered = ({ partition, offset }: { partition: number; offset: number }): void => {
    const known = report.partitions.get(partition)
    report.partitions.set(partition, {
      count: (known?.count ?? 0) + 1,
      lastOffset: Math.max(known?.lastOffset ?? 0, offset),
    })
  }
  const undelivered = (error: unknown): void => {
    report.undelivered += 1
    report.failure ??= describeError(error)
    report.isUnreachable ||= error instanceof TopicUnreachableError
  }
  const underWay = new Set<Promise<void>>()
  for await (const line of lines) {
    if (isInterrupted() || report.undelivered >= maxFailures) break
    onLine(line)
    if (line.bytes !== undefined && isBlank(line.bytes)) continue
    report.lines += 1
    const prepared = prepare(line.bytes)
    if (!prepared.ok) {
      report.refused += 1
      onRefused({ number: line.number, ...prepared.rejection })
      continue
    }
    if (publisher === undefined) continue
    await pace()
    await publisher.ready()
    const delivery = publisher.send(prepared.message).then(delivered, undelivered)
    underWay.add(delivery)
    void delivery.then(() => underWay.delete(delivery))
  }
  await publisher?.flush().catch(undelivered)
  await Promise.all(underWay)
  return report
}
