import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readArguments } from './readArguments.ts'
import { runStep } from './runStep.ts'
import type { StepResult } from './runStep.ts'
import { addCounts, summarize } from './summary.ts'
import type { TestCounts } from './summary.ts'

const help = `npm test [-- what]

Without arguments: types, lint, format, unused code, and every test with the coverage that must be reached.
With arguments: only the tests that vitest chooses by them, such as
  npm test -- topic/                 the files of a folder
  npm test -- -t 'a late event'      the tests of a name

TEST_DATABASE_URL  a superuser's connection to a real PostgreSQL to make test databases in
KAFKA_BROKERS      a real Kafka; without it one is started, which needs java and mvn once
CI=true            a skipped test is a failure
`

const root = fileURLToPath(new URL('..', import.meta.url))
const bin = join(root, 'node_modules', '.bin')

const checks = [
  ['types', 'tsc', '--noEmit'],
  ['lint', 'oxlint', '--type-aware', '--deny-warnings'],
  ['format', 'oxfmt', '--check'],
  ['unused code', 'knip', '--no-progress'],
] as const

const asked = readArguments(process.argv.slice(2))
if (asked.kind === 'help') {
  process.stdout.write(help)
  process.exit(0)
}

const folder = mkdtempSync(join(tmpdir(), 'patterns-test-'))
const kafkaFile = join(folder, 'kafka')
// The tools start `node`, and that is to be the one this runs on.
const env = {
  ...process.env,
  PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}`,
  TEST_KAFKA_REPORT: kafkaFile,
  // Coverage of what comes from the cache is not exact.
  NODE_DISABLE_COMPILE_CACHE: '1',
}
const stop = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => stop.abort())
const stepOptions = { cwd: root, env, stopping: stop.signal }
const print = (line: string) => process.stdout.write(`${line}\n`)

const check = async ([name, program, ...args]: (typeof checks)[number]): Promise<StepResult> => {
  const result = await runStep({
    name,
    command: [join(bin, program), ...args],
    cwd: root,
    env,
    output: 'captured',
  })
  print(`${name}: ${result.ok ? 'ok' : `FAILED\n${result.printed.trim()}\n`}`)
  return result
}

const test = async (name: string, args: readonly string[]): Promise<StepResult> => {
  const countsFile = join(folder, `${name}.json`)
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${countsFile}`]
  const command = [join(bin, 'vitest'), 'run', ...reporters, ...args] as const
  const result = await runStep({ name, command, output: 'live', ...stepOptions })
  allCounts.push(
    existsSync(countsFile) ? (JSON.parse(readFileSync(countsFile, 'utf8')) as TestCounts) : undefined,
  )
  return result
}

const steps: StepResult[] = []
const allCounts: (TestCounts | undefined)[] = []
try {
  if (asked.kind === 'all') {
    for (const one of checks) steps.push(await check(one))
    steps.push(await test('covered tests', ['--coverage', '--project', 'covered']))
    steps.push(await test('tests', ['--project', 'parts']))
  } else {
    steps.push(await test('tests', asked.forVitest))
  }
  const counts = addCounts(allCounts)
  const kafkaMissing = existsSync(kafkaFile) ? readFileSync(kafkaFile, 'utf8') : undefined
  const summary = summarize({ steps, counts, kafkaMissing, ci: process.env['CI'] === 'true' })
  print('')
  for (const line of summary.lines) print(line)
  process.exitCode = summary.ok ? 0 : 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
