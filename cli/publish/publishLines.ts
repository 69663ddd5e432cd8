import type { Publisher } from '@patterns/topic/publisher.ts'
import type { CliContext } from '../context.ts'
import type { ExitCode } from '../exitCode.ts'
import { printable } from '../print/printable.ts'
import { createProgress } from '../print/progress.ts'
import { formatReport, type PublishOutcome, reportAsJson } from './formatReport.ts'
import { type Input, openInput } from './openInput.ts'
import { createPace } from './pace.ts'
import { prepareLine, prepareRawLine } from './prepareLine.ts'
import { readLines } from './readLines.ts'
import { type RefusedLine, type SendReport, sendLines } from './sendLines.ts'
import { openReadTopic } from './topicReader.ts'

export interface PublishOptions {
  readonly file?: string
  readonly raw?: boolean
  readonly strict?: boolean
  readonly dryRun?: boolean
  readonly rate?: number
  readonly keepTime?: boolean
  readonly json?: boolean
}

/** To one decimal. */
const megabytes = (bytes: number): number => Math.round(bytes / 100_000) / 10

/** One line for each fault: where, which field, which rule. */
const describeRefused = (input: Input, { number, reason, faults }: RefusedLine): string =>
  faults
    .map(
      ({ path, message }) =>
        `${input.name}:${number}: ${path === '' ? '' : `${path}: `}${message} (${reason})`,
    )
    // A parser's message quotes what it met.
    .map((line) => printable(line).replaceAll('\n', ' '))
    .join('\n')

/** Sends the lines of a file or of standard input, and reports what became of them. */
export const publishLines = async (options: PublishOptions, context: CliContext): Promise<ExitCode> => {
  const { stderr } = context
  await using input = await openInput(options.file, context.stdin, options.strict === true)
  let isInterrupted = false
  context.onInterrupt(() => (isInterrupted = true))

  const passThrough = async (publisher: Publisher | undefined, isReported: boolean): Promise<SendReport> => {
    const progress = createProgress({
      stderr,
      unit: input.size === undefined ? 'lines' : 'MB',
      ...(input.size === undefined ? {} : { total: megabytes(input.size) }),
    })
    try {
      return await sendLines({
        lines: readLines(input.read()),
        prepare: (bytes) =>
          options.raw === true ? prepareRawLine(bytes) : prepareLine(bytes, context.now(), options.keepTime),
        ...(publisher === undefined ? {} : { publisher }),
        pace: createPace(options.rate),
        onRefused: (line) => isReported && progress.note(describeRefused(input, line)),
        onLine: (line) => progress.update(input.size === undefined ? line.number : megabytes(line.endsAt)),
        isInterrupted: () => isInterrupted,
      })
    } finally {
      progress.stop()
    }
  }

  const startedAt = performance.now()
  const finish = (report: SendReport, sentTo?: PublishOutcome['sentTo']): ExitCode => {
    const outcome = { report, sentTo, isInterrupted, seconds: (performance.now() - startedAt) / 1_000 }
    context.stdout.write(`${options.json === true ? reportAsJson(outcome) : formatReport(outcome)}\n`)
    if (report.isUnreachable) return 2
    return report.refused + report.undelivered > 0 || isInterrupted ? 1 : 0
  }

  if (options.dryRun === true) return finish(await passThrough(undefined, true))
  if (options.strict === true) {
    const checked = await passThrough(undefined, true)
    if (checked.refused > 0 || isInterrupted) return finish(checked)
  }
  const { topic, reader } = await openReadTopic(context)
  const publisher = topic.createPublisher()
  try {
    return finish(await passThrough(publisher, true), { topic: topic.describe, reader })
  } finally {
    await publisher.stop()
  }
}
