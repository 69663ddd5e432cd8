import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  statfsSync,
  chownSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { startEmbeddedPostgres } from '@patterns/launcher/embeddedPostgres.ts'
import { migrate } from '@patterns/launcher/migrate.ts'
import type pg from 'pg'
import { afterAll, expect, inject, test } from 'vitest'
import { expectExact, readProgress, untilSettled } from './testing/expectExact.ts'
import { startLoad } from './testing/faultyLoad.ts'
import { readHealth, untilHealth } from './testing/operatorView.ts'
import { createPipelineFixture, type PipelineFixture } from './testing/pipelineFixture.ts'

const brokers = inject('kafkaBrokers')

/** A disk that can be filled and freed again. */
interface Disk {
  fill(): Promise<void>
  free(): Promise<void>
}

/** What the processor is told of a full disk, if none can be had: Postgres' own error, from its own server. */
const inErrorsOnly = async (work: (fixture: PipelineFixture, disk: Disk) => Promise<void>): Promise<void> => {
  const fixture = await createPipelineFixture({ brokers: brokers! })
  try {
    await fixture.pool.query(`
      create table disk (is_full boolean not null);
      insert into disk values (false);
      create function refuse_when_full() returns trigger language plpgsql as $$
      begin
        if (select is_full from disk) then
          raise exception 'could not extend file: No space left on device' using errcode = 'disk_full';
        end if;
        return new;
      end $$;
      create trigger refuse_segments before insert on event_log_segments
        for each statement execute function refuse_when_full();
      create trigger refuse_flushes before update on projection_checkpoints
        for each statement execute function refuse_when_full()`)
    const set = async (isFull: boolean) =>
      void (await fixture.pool.query('update disk set is_full = $1', [isFull]))
    await work(fixture, { fill: () => set(true), free: () => set(false) })
  } finally {
    await fixture.close()
  }
}

const megabyte = 1 << 20

/** A disk of 64 MB in memory; `undefined` if this account may not mount one. */
const mountDisk = (folder: string): string | undefined => {
  const path = join(folder, 'disk')
  mkdirSync(path)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', path], { stdio: 'ignore' })
    return path
  } catch {
    return undefined
  }
}

const freeBytes = (path: string): number => {
  const { bavail, bsize } = statfsSync(path)
  return bavail * bsize
}

/** The tables of the log and of the windows on a real disk of their own. */
const moveTables = async (
  pool: pg.Pool,
  disk: string,
  owner: { uid: number; gid: number },
): Promise<void> => {
  const location = join(disk, 'tables')
  mkdirSync(location, { mode: 0o700 })
  chownSync(location, owner.uid, owner.gid)
  await pool.query(`create tablespace small location '${location}'`)
  const { rows } = await pool.query<{ name: string }>(
    `select oid::regclass::text as name from pg_class where relkind = 'r' and relname ~ '^(event_log|pattern|total|dead)_'`,
  )
  for (const { name } of rows) await pool.query(`alter table ${name} set tablespace small`)
}

const onDisk =
  (folder: string, disk: string) =>
  async (work: (fixture: PipelineFixture, disk: Disk) => Promise<void>): Promise<void> => {
    const dataDir = join(folder, 'postgres')
    const postgres = await startEmbeddedPostgres({
      dataDir,
      syncNewData: false,
      settings: { fsync: 'off', shared_buffers: '64MB' },
    })
    const databaseUrl = postgres.url('postgres')
    await migrate({ databaseUrl })
    const fixture = await createPipelineFixture({ brokers: brokers!, databaseUrl })
    const ballast = join(disk, 'ballast')
    try {
      await moveTables(fixture.pool, disk, statSync(dataDir))
      await work(fixture, {
        fill: async () => {
          while (freeBytes(disk) > 0) {
            try {
              writeFileSync(ballast, Buffer.alloc(Math.min(megabyte, freeBytes(disk))), { flag: 'a' })
            } catch (error) {
              // The database wrote in between: then this is full as well.
              if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
            }
          }
        },
        free: async () => rmSync(ballast),
      })
    } finally {
      await fixture.close()
      await postgres.stop('immediate')
    }
  }

const folder = mkdtempSync(join(tmpdir(), 'patterns-disk-'))
chmodSync(folder, 0o755)
const disk = mountDisk(folder)
const ways = [
  ['says so', inErrorsOnly],
  ...(disk === undefined ? [] : [['is full', onDisk(folder, disk)] as const]),
] as const

afterAll(() => {
  if (disk !== undefined) execFileSync('umount', [disk])
  rmSync(folder, { recursive: true, force: true })
})

test.skipIf(brokers === null).each(ways)(
  'a database whose disk %s makes the processor wait and say so, and loses nothing',
  { timeout: 180_000 },
  async (_, withDisk) => {
    await withDisk(async (fixture, { fill, free }) => {
      const load = startLoad(fixture, 'disk')
      const processor = await fixture.start()
      await untilHealth(processor, 200, ({ shards }) => shards.length === 4)
      await fill()
      const isWaiting = async () =>
        untilHealth(processor, 503, ({ shards }) =>
          shards.every(
            ({ status, reason }) => status === 'retrying' && /No space left on device/.test(String(reason)),
          ),
        )
      await isWaiting()
      const { messages } = await readProgress(fixture.pool)
      for (
        const { length } = fixture.ledger.sent;
        fixture.ledger.sent.length < length + 2_000;
        await delay(20)
      )
        expect((await readHealth(processor)).status).toBe(503)
      await isWaiting()
      // A small batch may still fit into a page that has room.
      expect((await readProgress(fixture.pool)).messages).toBeLessThan(messages + 1_000)

      await free()
      await untilHealth(processor, 200)
      await load.stop()
      await untilSettled(fixture)
      expect(processor.isRunning()).toBe(true)
      await expectExact(fixture)
    })
  },
)
