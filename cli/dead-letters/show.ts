import { type Command, Option } from 'commander'
import type pg from 'pg'
import { parsePlace, type Place } from '../arguments/parsePlace.ts'
import { commandGroup } from '../commandGroup.ts'
import type { CliContext } from '../context.ts'
import { type ExitCode, RefusedError } from '../exitCode.ts'
import { printable } from '../print/printable.ts'
import { formatCount } from '../print/table.ts'
import { withDatabase } from '../withDatabase.ts'
import { asJson, bytesAsJson, type DeadLetterWithValue, describeFaults, placeOf } from './deadLetter.ts'

interface ShowOptions {
  readonly json?: boolean
  readonly raw?: boolean
}

const readDeadLetter = async (
  pool: pg.Pool,
  { shard, sourceOffset }: Place,
): Promise<DeadLetterWithValue> => {
  const { rows } = await pool.query<DeadLetterWithValue>(
    'select * from dead_letters where shard = $1 and source_offset = $2',
    [shard, sourceOffset],
  )
  if (rows[0] !== undefined) return rows[0]
  throw new RefusedError(`There is no dead letter at ${shard}:${sourceOffset}`)
}

const isWholeBatch = ({ reason }: DeadLetterWithValue): boolean => reason === 'unreadable_batch'

const format = (letter: DeadLetterWithValue): string => {
  const { key, value, headers } = letter
  const size = value === null ? 'null' : `${formatCount(value.length)} bytes`
  return [
    `message   ${placeOf(letter)}`,
    `reason    ${letter.reason}`,
    ...describeFaults(letter.faults).map((fault) => `fault     ${fault}`),
    `sent at   ${letter.recorded_at.toISOString()}, set aside at ${letter.dead_lettered_at.toISOString()}`,
    `key       ${key === null ? 'null' : printable(key)}`,
    ...Object.entries(headers ?? {}).map(
      ([name, text]) => `header    ${printable(`${name}: ${JSON.stringify(text)}`)}`,
    ),
    `value     ${size}`,
    ...(value === null ? [] : [isWholeBatch(letter) ? 'a whole batch: --raw prints it' : printable(value)]),
  ].join('\n')
}

/** `dead-letters show`: one message that is no event, with all that is known of it. */
export const register = (program: Command, context: CliContext): void => {
  commandGroup(program, 'dead-letters', 'shows the messages that could not become events')
    .command('show')
    .summary('shows one, with every fault')
    .argument('<shard:offset>', 'its place, as listed', parsePlace)
    .description('Shows one dead letter: its reason, every fault, its key, headers and value.')
    .option('--json', 'print it as one JSON object; bytes that are not UTF-8 as base64')
    .addOption(new Option('--raw', 'print the value alone, byte for byte').conflicts('json'))
    .addHelpText(
      'after',
      `
Examples:
  npm run cli -- dead-letters show 2:1057
  npm run --silent cli -- dead-letters show 2:1057 --raw > repaired.json`,
    )
    .action(
      context.action((place: Place, options: ShowOptions) =>
        withDatabase(context, async (pool): Promise<ExitCode> => {
          const letter = await readDeadLetter(pool, place)
          if (options.raw === true) {
            context.stdout.write(letter.value ?? '')
            return 0
          }
          const { value, headers } = letter
          const whole = { ...asJson(letter), headers, ...bytesAsJson('value', value) }
          context.stdout.write(`${options.json === true ? JSON.stringify(whole) : format(letter)}\n`)
          return 0
        }),
      ),
    )
}
