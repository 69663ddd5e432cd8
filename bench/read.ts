import type { Command } from 'commander'
import { startOwnProcess, stopOwnProcess } from './ownProcess.ts'
import { percentilesOf } from './percentiles.ts'
import { printFigures, printResult } from './printResult.ts'
import { usageOf } from './processUsage.ts'
import { runOpenLoop } from './read/openLoop.ts'
import { type Question, questions, requestsPerSecond } from './read/questions.ts'
import { seeded } from '@patterns/projections/testing/simulated.ts'
import { countRows, openSeededDatabase } from './read/seededDatabase.ts'
import { seedPatterns } from './read/seedPatterns.ts'

const apiPort = 18_054
const freshPort = 18_055
const flushIntervalMs = 250

interface ReadOptions {
  readonly load: string
  readonly seconds: string
  readonly warmup: string
  readonly ingest: string
  readonly patterns: string
  readonly days: string
  readonly data: string
  readonly only?: string
}

/** A figure that the api itself tells. */
const metric = async (name: string): Promise<number> => {
  const text = await (await fetch(`http://127.0.0.1:${apiPort}/metrics`)).text()
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1])
}

const apiMemoryMib = async (): Promise<number> =>
  Math.round((await metric('process_resident_memory_bytes')) / 2 ** 20)

/** How often the vector changed in a second, as the api saw it. */
const vectorChangesPerSecond = async (seconds: number): Promise<number> => {
  const seen = new Set<string>()
  const until = performance.now() + seconds * 1_000
  while (performance.now() < until) {
    const health = (await (await fetch(`http://127.0.0.1:${apiPort}/health`)).json()) as {
      components: { projection: { as_of: object } }
    }
    seen.add(JSON.stringify(health.components.projection.as_of))
  }
  return seen.size / seconds
}

/** Milliseconds that a new process takes until it listens, and that its very first answer takes then. */
const firstAnswer = async (databaseUrl: string, ask: Question['ask']) => {
  const began = performance.now()
  const api = await startOwnProcess('api/main.ts', { DATABASE_URL: databaseUrl, PORT: String(freshPort) })
  try {
    const listening = Math.round(performance.now() - began)
    const { milliseconds } = await runOpenLoop({ port: freshPort, requestsPerSecond: 1, seconds: 1, ask })
    return { listening, first: Math.round(milliseconds[0]! * 10) / 10 }
  } finally {
    await stopOwnProcess(api)
  }
}

/** `npm run bench -- read`: how long each route takes at a steady rate, while events come in. */
export const readBenchmark = async (options: ReadOptions): Promise<void> => {
  const size = {
    patterns: Number(options.patterns),
    days: Number(options.days),
    shards: 4,
    usesPerHour: 3_000,
    // As far back as events are looked for by default, however long ago the database was seeded.
    hoursInLog: 8 * 24,
  }
  const [share, seconds, warmup] = [options.load, options.seconds, options.warmup].map(Number) as [
    number,
    number,
    number,
  ]
  const { postgres, databaseUrl } = await openSeededDatabase(options.data, size)
  const rows = await countRows(databaseUrl)
  printFigures({ rows })
  const children = [
    await startOwnProcess('api/main.ts', { DATABASE_URL: databaseUrl, PORT: String(apiPort) }),
    await startOwnProcess('bench/read/ingest/main.ts', {
      DATABASE_URL: databaseUrl,
      EVENTS_PER_SECOND: options.ingest,
      PATTERNS: options.patterns,
      SHARDS: String(size.shards),
      FLUSH_INTERVAL_MS: String(flushIntervalMs),
    }),
  ]
  try {
    const [api, ingest] = children
    const changesPerSecond = await vectorChangesPerSecond(3)
    const memoryBefore = await apiMemoryMib()
    const patterns = seedPatterns({ ...size, random: seeded(20_260_101) })
    const asked = questions(patterns, { random: seeded(3) }).filter(
      ({ name }) => options.only === undefined || name.includes(options.only),
    )
    const routes: Record<string, object> = {}
    for (const { name, kind, ask } of asked) {
      const load = { port: apiPort, requestsPerSecond: requestsPerSecond[kind] * share, ask }
      const fresh = await firstAnswer(databaseUrl, ask)
      await runOpenLoop({ ...load, requestsPerSecond: load.requestsPerSecond / 10, seconds: warmup })
      const before = children.map((child) => usageOf(child.pid!).cpuSeconds)
      const database = usageOf(postgres.pid).cpuSeconds
      const { milliseconds, errors, bytes } = await runOpenLoop({ ...load, seconds })
      routes[name] = {
        per_second: load.requestsPerSecond,
        ...fresh,
        ...percentilesOf(milliseconds),
        errors,
        kib: Math.round(bytes / milliseconds.length / 102.4) / 10,
        api_cpu: Math.round(((usageOf(api!.pid!).cpuSeconds - before[0]!) / seconds) * 100) / 100,
        postgres_cpu: Math.round(((usageOf(postgres.pid).cpuSeconds - database) / seconds) * 100) / 100,
        ingest_cpu: Math.round(((usageOf(ingest!.pid!).cpuSeconds - before[1]!) / seconds) * 100) / 100,
        api_rss_mib: await apiMemoryMib(),
      }
      printFigures({ [name]: routes[name] })
    }
    printResult(
      'read',
      {
        ...size,
        load: share,
        seconds,
        ingest_per_second: Number(options.ingest),
        flushIntervalMs,
      },
      {
        rows,
        vector_changes_per_second: changesPerSecond,
        milliseconds: routes,
        api_rss_mib: { before: memoryBefore, after: await apiMemoryMib() },
      },
    )
  } finally {
    await Promise.all(children.map(stopOwnProcess))
    await postgres.stop()
  }
}

export const register = (program: Command): void => {
  program
    .command('read')
    .description(
      'milliseconds of each route at a steady rate, over 90 days of 10,000 patterns, while events come in, and of its first answer',
    )
    .option('--load <share>', 'how much of the usual 500, 200 or 20 requests a second', '1')
    .option('--seconds <n>', 'how long for each route', '10')
    .option('--warmup <n>', 'how long before, for each route at a tenth of the requests', '2')
    .option('--ingest <n>', 'events a second meanwhile', '500')
    .option('--patterns <n>', 'patterns', '10000')
    .option('--days <n>', 'days of windows', '90')
    .option('--data <dir>', 'where the seeded database is kept', '.data/bench-read')
    .option('--only <text>', 'only questions whose name contains this')
    .action(readBenchmark)
}
