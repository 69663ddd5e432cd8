import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { checkpointsOf } from '@patterns/read-model/checkpoint.ts'
import { servedProjections, servedTables, servedVersion } from '@patterns/read-model/served.ts'
import { shardTableNamesOf, standingTableNamesOf } from '@patterns/read-model/tables.ts'
import type { Command } from 'commander'
import { eventsPerSecondOfEventTime, fillTopic, patterns } from './fillTopic.ts'
import { startOwnProcess, stopOwnProcess } from './ownProcess.ts'
import { printFigures, printResult } from './printResult.ts'
import { usageOf } from './processUsage.ts'
import { type Services, startServices } from './services.ts'

const forget = (services: Services) =>
  services.pool.query(
    `truncate event_log_shards, event_log_segments, dead_letters, duplicates, projection_checkpoints,
       ${[...shardTableNamesOf(servedVersion), ...standingTableNamesOf(servedVersion)].join(', ')}, pattern_homes, claimed_events`,
  )

/** Resolves when the windows account for `count` events, with the time when the first were appended. */
const untilProjected = async (services: Services, count: number): Promise<void> => {
  let reportedAt = performance.now()
  for (;;) {
    const { rows } = await services.pool.query<{ position: number; shards: number[] }>(
      `select coalesce(sum(position), 0)::int8 as position, array_agg(position order by shard) as shards
       from ${checkpointsOf(servedProjections.windows)} as checkpoints`,
    )
    const { position, shards } = rows[0]!
    if (position >= count) return
    if (performance.now() - reportedAt > 2_000) {
      reportedAt = performance.now()
      process.stderr.write(`projected ${position} of ${count} events, by shard ${String(shards)}\n`)
    }
    await delay(20)
  }
}

interface Run {
  readonly messages: number
  readonly processes: number
  /** `off`: the windows alone. */
  readonly trends: 'on' | 'off'
}

const measure = async (services: Services, topic: string, { messages: count, processes, trends }: Run) => {
  await forget(services)
  await services.pool.query('checkpoint')
  const before = { postgres: usageOf(services.postgresPid), kafka: usageOf(services.kafkaPid) }
  const environment = {
    DATABASE_URL: services.databaseUrl,
    KAFKA_BROKERS: services.brokers,
    KAFKA_TOPIC: topic,
    KAFKA_GROUP_ID: `bench-${topic}-${processes}-${trends}-${randomUUID()}`,
    PROCESSOR_PORT: '0',
    TRENDS: trends,
  }
  // The clock starts when the group is joined: before that there is nothing to be fast at.
  const children = await Promise.all(
    Array.from({ length: processes }, () => startOwnProcess('processor/main.ts', environment)),
  )
  const startedAt = performance.now()
  await untilProjected(services, count)
  const seconds = (performance.now() - startedAt) / 1_000
  const processors = children.map((child) => usageOf(child.pid!))
  await Promise.all(children.map(stopOwnProcess))
  const { rows } = await services.pool.query<{ uses: number; log_bytes: number; lines: number }>(
    `select (select sum(uses)::int8 from ${servedTables.windows.hour}) as uses,
       (select sum(pg_total_relation_size(relid))::int8 from pg_partition_tree('event_log_segments')) as log_bytes,
       (select count(*) from ${servedTables.trends}) as lines`,
  )
  if (rows[0]!.uses !== count)
    throw new Error(`The windows count ${rows[0]!.uses} events instead of ${count}`)
  const round = (value: number) => Math.round(value * 10) / 10
  return {
    messages: count,
    processes,
    trends,
    trend_lines: rows[0]!.lines,
    events_per_second: Math.round(count / seconds),
    seconds: round(seconds),
    processor_cpu_seconds: processors.map((one) => round(one.cpuSeconds)),
    processor_peak_rss_mib: processors.map((one) => one.peakRssMib),
    postgres_cpu_seconds: round(usageOf(services.postgresPid).cpuSeconds - before.postgres.cpuSeconds),
    kafka_cpu_seconds: round(usageOf(services.kafkaPid).cpuSeconds - before.kafka.cpuSeconds),
    log_bytes_per_event: Math.round(rows[0]!.log_bytes / count),
  }
}

interface PipelineOptions {
  readonly messages: string
  readonly processes: string
  readonly trends: string
  readonly withoutTrends?: true
}

type Measured = Awaited<ReturnType<typeof measure>>

const cpuSeconds = (run: Measured): number =>
  run.processor_cpu_seconds.reduce((sum, seconds) => sum + seconds, run.postgres_cpu_seconds)

const mean = (runs: readonly Measured[], of: (run: Measured) => number): number =>
  runs.reduce((sum, run) => sum + of(run), 0) / runs.length

const perCent = (share: number): number => Math.round(share * 1_000) / 10

/**
 * What trends cost, over runs that differ in nothing else: how much of the throughput without them is lost, and
 * how much more CPU time the processors and Postgres take, which other load on the machine disturbs less.
 */
const trendsCost = (runs: readonly Measured[]) =>
  [...Map.groupBy(runs, ({ messages, processes }) => `${messages}/${processes}`).values()].flatMap(
    (alike) => {
      const withTrends = alike.filter(({ trends }) => trends === 'on')
      const without = alike.filter(({ trends }) => trends === 'off')
      if (withTrends.length === 0 || without.length === 0) return []
      const throughput = (some: readonly Measured[]) => mean(some, (run) => run.events_per_second)
      return [
        {
          messages: alike[0]!.messages,
          processes: alike[0]!.processes,
          throughput: perCent(1 - throughput(withTrends) / throughput(without)),
          cpu: perCent(mean(withTrends, cpuSeconds) / mean(without, cpuSeconds) - 1),
        },
      ]
    },
  )

/** `npm run bench -- pipeline`: from messages in Kafka to rows in the window tables. */
export const register = (program: Command): void => {
  program
    .command('pipeline')
    .description('events a second from preloaded Kafka partitions to committed hour, day and week windows')
    .option('--messages <counts>', 'how many messages, a run for each', '1000000,5000000')
    .option('--processes <counts>', 'how many processors share the group, a run for each', '1,2')
    .option(
      '--trends <on,off>',
      'with trend lines kept beside the windows, without, or a run for each',
      'on,off',
    )
    .option('--without-trends', 'the same as --trends off')
    .action(async (options: PipelineOptions) => {
      const modes = options.withoutTrends === true ? ['off'] : options.trends.split(',')
      const services = await startServices()
      const runs = []
      try {
        for (const messages of options.messages.split(',').map(Number)) {
          const topic = `bench-${messages}`
          await fillTopic(services.brokers, topic, messages)
          for (const processes of options.processes.split(',').map(Number)) {
            for (const mode of modes) {
              const trends = mode === 'off' ? 'off' : 'on'
              const run = await measure(services, topic, { messages, processes, trends })
              printFigures(run)
              runs.push(run)
            }
          }
        }
      } finally {
        await services.stop()
      }
      const settings = {
        partitions: 4,
        patterns,
        event_time_per_second: eventsPerSecondOfEventTime,
        fsync: true,
      }
      printResult('pipeline', settings, { runs, trends_cost_per_cent: trendsCost(runs) })
    })
}
