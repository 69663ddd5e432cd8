import type { Command } from 'commander'
import { startOwnProcess, stopOwnProcess } from './ownProcess.ts'
import { percentilesOf } from './percentiles.ts'
import { printFigures, printResult } from './printResult.ts'
import { usageOf } from './processUsage.ts'
import { runOpenLoop } from './read/openLoop.ts'
import { questions } from './read/questions.ts'
import { seeded } from '@patterns/projections/testing/simulated.ts'
import { countRows, openSeededDatabase } from './read/seededDatabase.ts'
import { seedPatterns } from './read/seedPatterns.ts'

const apiPort = 18_054
const flushIntervalMs = 250

interface ReadOptions {
  readonly rate: string
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

/** `npm run bench -- read`: how long each route takes at a steady rate, while events come in. */
export const readBenchmark = async (options: ReadOptions): Promise<void> => {
  const size = {
    patterns: Number(options.patterns),
    days: Number(options.days),
    shards: 4,
    usesPerHour: 3_000,
    hoursInLog: 24,
  }
  const [rate, seconds, warmup] = [options.rate, options.seconds, options.warmup].map(Number) as [
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
    const asked = Object.entries(questions(patterns, { random: seeded(3) })).filter(
      ([name]) => options.only === undefined || name.includes(options.only),
    )
    const load = { port: apiPort, requestsPerSecond: rate }
    const firstMs: Record<string, number> = {}
    for (const [name, ask] of asked) {
      const { milliseconds } = await runOpenLoop({ ...load, requestsPerSecond: 1, seconds: 1, ask })
      firstMs[name] = Math.round(milliseconds[0]! * 10) / 10
      await runOpenLoop({ ...load, requestsPerSecond: 50, seconds: warmup, ask })
    }
    const memoryWarm = await apiMemoryMib()
    const routes: Record<string, object> = {}
    for (const [name, ask] of asked) {
      const before = children.map((child) => usageOf(child.pid!).cpuSeconds)
      const database = usageOf(postgres.pid).cpuSeconds
      const { milliseconds, errors, bytes } = await runOpenLoop({ ...load, seconds, ask })
      routes[name] = {
        first: firstMs[name],
        ...percentilesOf(milliseconds),
        errors,
        kib: Math.round(bytes / milliseconds.length / 102.4) / 10,
        api_cpu: Math.round(((usageOf(api!.pid!).cpuSeconds - before[0]!) / seconds) * 100) / 100,
        postgres_cpu: Math.round(((usageOf(postgres.pid).cpuSeconds - database) / seconds) * 100) / 100,
        ingest_cpu: Math.round(((usageOf(ingest!.pid!).cpuSeconds - before[1]!) / seconds) * 100) / 100,
      }
      Object.assign(routes[name], { api_rss_mib: await apiMemoryMib() })
      printFigures({ [name]: routes[name] })
    }
    printResult(
      'read',
      {
        ...size,
        requests_per_second: rate,
        seconds,
        ingest_per_second: Number(options.ingest),
        flushIntervalMs,
      },
      {
        rows,
        vector_changes_per_second: changesPerSecond,
        milliseconds: routes,
        api_rss_mib: { before: memoryBefore, warm: memoryWarm, after: await apiMemoryMib() },
        standings_mib: Math.round((await metric('pattern_api_standings_bytes')) / 2 ** 20),
        standings_refresh_ms:
          Math.round(
            (10_000 * (await metric('pattern_api_standings_refresh_seconds_total'))) /
              (await metric('pattern_api_standings_refreshes_total')),
          ) / 10,
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
      'milliseconds of each route at a steady rate, over 90 days of 10,000 patterns, while events come in',
    )
    .option('--rate <n>', 'requests a second', '500')
    .option('--seconds <n>', 'how long for each route', '10')
    .option('--warmup <n>', 'how long before, for each route at 50 requests a second', '2')
    .option('--ingest <n>', 'events a second meanwhile', '500')
    .option('--patterns <n>', 'patterns', '10000')
    .option('--days <n>', 'days of windows', '90')
    .option('--data <dir>', 'where the seeded database is kept', '.data/bench-read')
    .option('--only <text>', 'only questions whose name contains this')
    .action(readBenchmark)
}
