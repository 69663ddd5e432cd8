import { formatCount } from '../print/table.ts'
import type { SendReport } from './sendLines.ts'
import type { TopicReader } from './topicReader.ts'

export interface PublishOutcome {
  readonly report: SendReport
  /** For people: the topic; and who reads it. Absent if the lines were only checked. */
  readonly sentTo: { readonly topic: string; readonly reader: TopicReader } | undefined
  readonly isInterrupted: boolean
  readonly seconds: number
}

const sortedPartitions = ({ partitions }: SendReport) => [...partitions].toSorted(([a], [b]) => a - b)

const sentCount = ({ partitions }: SendReport): number =>
  [...partitions.values()].reduce((sum, { count }) => sum + count, 0)

const events = (count: number): string => `${formatCount(count)} ${count === 1 ? 'event' : 'events'}`

/** The summary for people. */
export const formatReport = ({ report, sentTo, isInterrupted, seconds }: PublishOutcome): string => {
  const sent = sentCount(report)
  const good = report.lines - report.refused
  const perSecond = formatCount(Math.round(sent / Math.max(seconds, 0.001)))
  const lines = [
    sentTo !== undefined
      ? `published ${events(sent)} in ${seconds.toFixed(1)} s (${perSecond} a second)`
      : `checked ${events(report.lines)}, ${formatCount(good)} good; published none`,
  ]
  if (report.refused > 0) lines.push(`refused ${formatCount(report.refused)} faulty lines`)
  if (report.undelivered > 0) lines.push(`could not deliver ${events(report.undelivered)}: ${report.failure}`)
  if (isInterrupted) lines.push('interrupted before the end of the input')
  for (const [partition, { count, lastOffset }] of sortedPartitions(report)) {
    lines.push(`  partition ${partition}: ${formatCount(count)}, up to offset ${lastOffset}`)
  }
  if (sentTo?.reader.state === 'none' && sent > 0)
    lines.push(
      `no processor reads the ${sentTo.topic}: ${sentTo.reader.looked}.`,
      'Start it with the same settings, or publish with those of the one that runs.',
    )
  return lines.join('\n')
}

/** The same as one JSON object. */
export const reportAsJson = ({ report, sentTo, isInterrupted, seconds }: PublishOutcome): string =>
  JSON.stringify({
    lines: report.lines,
    published: sentCount(report),
    refused: report.refused,
    undelivered: report.undelivered,
    failure: report.failure ?? null,
    topic: sentTo?.topic ?? null,
    processor: sentTo?.reader.state ?? null,
    interrupted: isInterrupted,
    seconds: Math.round(seconds * 1_000) / 1_000,
    partitions: Object.fromEntries(
      sortedPartitions(report).map(([partition, { count, lastOffset }]) => [
        partition,
        { count, last_offset: lastOffset },
      ]),
    ),
  })
