import { type Command, Option } from 'commander'
import { positiveNumber } from '../arguments/parseNumber.ts'
import type { CliContext } from '../context.ts'
import { publishLines, type PublishOptions } from './publishLines.ts'
import { publishTest, type TestOptions } from './publishTest.ts'

/** `publish`: sends events to the topic, from a file, a pipe, or one of its own as a test. */
export const register = (program: Command, context: CliContext): void => {
  program
    .command('publish')
    .summary('sends events to the topic')
    .description(
      'Sends events to the topic, one JSON object a line. Each line is checked against the contract first: ' +
        'faulty ones are reported and left out, the others are sent, keyed by their pattern.',
    )
    .option('-f, --file <path>', 'the NDJSON to send; - or none: standard input')
    .addOption(
      new Option('--raw', 'send every line as it is, without a check').conflicts(['strict', 'dryRun']),
    )
    .option('--strict', 'send nothing where any line is faulty')
    .option('--dry-run', 'check the lines and send nothing')
    .option(
      '--rate <per-second>',
      'send evenly at this rate; without it as fast as the topic takes them',
      positiveNumber,
    )
    .addOption(
      new Option(
        '--keep-time',
        'of "log export --format records": with the time at which each was recorded',
      ).conflicts('raw'),
    )
    .addOption(
      new Option(
        '--test',
        'send one test event, which nothing counts, and wait until the numbers are as of it',
      ).conflicts(['file', 'raw', 'strict', 'dryRun', 'rate', 'keepTime']),
    )
    .option('--timeout <seconds>', 'how long --test waits', positiveNumber, 30)
    .option('--json', 'print the summary as one JSON object')
    .addHelpText(
      'after',
      `
A line with a "specversion" is sent as a structured CloudEvent. A line of "log export" that has more than the event is
sent as the message that it was: where the log has it already it is a duplicate. With --keep-time in an empty log, even
what came late has come late there; but a topic drops what is older than it keeps messages. KAFKA_PARTITIONER says how
keys become partitions: as for the topic's other producers, murmur2 (Java) or crc32 (librdkafka).

Exit codes: 0 all lines were sent, 1 some were faulty or could not be delivered (with --test: it did not
appear in time), 2 wrong usage or settings, or the topic cannot be reached.

Examples:
  npm run cli -- publish --file events.ndjson
  npm run cli -- publish --file events.ndjson --dry-run
  zcat old.ndjson.gz | npm run --silent cli -- publish --rate 500
  npm run cli -- publish --test`,
    )
    .action(
      context.action((options: PublishOptions & TestOptions & { readonly test?: boolean }) =>
        options.test === true ? publishTest(options, context) : publishLines(options, context),
      ),
    )
}
