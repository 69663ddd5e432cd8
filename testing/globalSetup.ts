import { readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmbeddedPostgres } from '@patterns/launcher/embeddedPostgres.ts'
import { migrate } from '@patterns/launcher/migrate.ts'
import type { TestProject } from 'vitest/node'
import { administer, templateDatabase } from './database.ts'
import { ensureTestKafka } from './kafkaForTests.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** A superuser's connection string on the suite's Postgres; `createTestDatabase` makes databases there. */
    postgresUrl: string
    /** What `KAFKA_BROKERS` takes, or null if no broker could be had: skip then. */
    kafkaBrokers: string | null
  }
}

/** Starts what the suite runs against: one Postgres, and one Kafka if a test file speaks of it. */
const setup = async (project: TestProject): Promise<() => Promise<void>> => {
  const running = await Promise.allSettled([providePostgres(project), provideKafka(project)])
  const stopAll = async () => {
    const stops = running.filter((result) => result.status === 'fulfilled')
    await Promise.all(stops.map(async (result) => result.value()))
  }
  const failed = running.find((result) => result.status === 'rejected')
  if (failed === undefined) return stopAll
  await stopAll()
  throw failed.reason
}
export default setup

const providePostgres = async (project: TestProject): Promise<() => Promise<void>> => {
  const given = process.env['TEST_DATABASE_URL']
  const server = given ? { url: given, stop: async () => {} } : await startThrowawayPostgres()
  try {
    await administer(server.url, `drop database if exists ${templateDatabase} with (force)`)
    await administer(server.url, `create database ${templateDatabase}`)
    await migrate({ databaseUrl: Object.assign(new URL(server.url), { pathname: templateDatabase }).href })
    project.provide('postgresUrl', server.url)
    return server.stop
  } catch (error) {
    await server.stop()
    throw error
  }
}

const startThrowawayPostgres = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'patterns-postgres-'))
  const postgres = await startEmbeddedPostgres({
    dataDir: join(folder, 'data'),
    syncNewData: false,
    // The data outlives a killed server all the same: only a power cut would lose it.
    settings: { fsync: 'off', full_page_writes: 'off', shared_buffers: '128MB', max_connections: '300' },
  })
  const stop = async () => {
    await postgres.stop('immediate')
    await rm(folder, { recursive: true, force: true })
  }
  return { url: postgres.url('postgres'), stop }
}

const provideKafka = async (project: TestProject): Promise<() => Promise<void>> => {
  const files = project.vitest.state.getPaths()
  const wanted = files.some((file) => /kafkaBrokers|[kK]afkaForTests/.test(readFileSync(file, 'utf8')))
  const kafka = wanted ? await ensureTestKafka() : { unavailable: 'no test file needs it' }
  const running = 'brokers' in kafka
  project.provide('kafkaBrokers', running ? kafka.brokers : null)
  if (running) return kafka.stop
  // The test runner tells this reason in its closing lines.
  const report = process.env['TEST_KAFKA_REPORT']
  if (wanted && report) writeFileSync(report, kafka.unavailable)
  return async () => {}
}
