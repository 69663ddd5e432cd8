import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmbeddedPostgres } from '@patterns/launcher/embeddedPostgres.ts'
import { migrate } from '@patterns/launcher/migrate.ts'
import { createPool } from '@patterns/shared/postgres/pool.ts'
import { startKafkaBroker } from '@patterns/testing/kafkaBroker.ts'
import type pg from 'pg'

/** A real broker and a real database of a benchmark's own, with default settings: fsync on. */
export interface Services {
  readonly databaseUrl: string
  readonly brokers: string
  readonly pool: pg.Pool
  readonly postgresPid: number
  readonly kafkaPid: number
  stop(): Promise<void>
}

/**
 * Starts both. `quickBroker`: the JVM's quick compiler alone, where a minute is too short for the other one, which
 * takes most of a core until it is done.
 */
export const startServices = async ({ quickBroker = false } = {}): Promise<Services> => {
  const dir = mkdtempSync(join(tmpdir(), 'pattern-bench-'))
  const postgres = await startEmbeddedPostgres({ dataDir: join(dir, 'postgres') })
  const databaseUrl = postgres.url('postgres')
  await migrate({ databaseUrl })
  const kafka = await startKafkaBroker({
    dir: join(dir, 'kafka'),
    isShortLived: quickBroker,
    // Kafka's own default: members that start together are given their partitions together.
    properties: { 'group.initial.rebalance.delay.ms': '3000' },
  })
  const pool = createPool({
    connectionString: databaseUrl,
    applicationName: 'bench',
    max: 4,
    onIdleError: () => {},
  })
  return {
    databaseUrl,
    brokers: kafka.brokers,
    pool,
    postgresPid: postgres.pid,
    kafkaPid: kafka.pid!,
    async stop() {
      await pool.end()
      await postgres.stop('immediate')
      await kafka.kill()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}
