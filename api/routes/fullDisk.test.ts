import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@patterns/launcher/embeddedPostgres.ts'
import { migrate } from '@patterns/launcher/migrate.ts'
import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { drawMessages } from '../testing/drawMessages.ts'
import { startTestApi, type TestApi } from '../testing/startTestApi.ts'

const now = Date.UTC(2026, 3, 8, 10, 30)
const folder = mkdtempSync(join(tmpdir(), 'patterns-full-'))
const dataDir = join(folder, 'postgres')
/** Where Postgres writes a snapshot down that others are to read in. */
const snapshots = join(dataDir, 'pg_snapshots')
let postgres: EmbeddedPostgres
let api: TestApi

beforeAll(async () => {
  chmodSync(folder, 0o755)
  postgres = await startEmbeddedPostgres({
    dataDir,
    syncNewData: false,
    settings: { fsync: 'off', shared_buffers: '64MB' },
  })
  const url = postgres.url('postgres')
  await migrate({ databaseUrl: url })
  const pool = new pg.Pool({ connectionString: url, max: 2 })
  api = await startTestApi({ now, database: { url, pool, drop: () => pool.end() } })
  await api.seed(drawMessages(200, now - 86_400_000, now, 4))
})
afterAll(async () => {
  await api?.stop()
  await api?.database.drop()
  await postgres?.stop('immediate')
  rmSync(folder, { recursive: true, force: true })
})

/** A disk without room, put where snapshots go. `undefined` if this account may not mount one. */
const mountFullDisk = (): (() => void) | undefined => {
  const { uid, gid } = statSync(dataDir)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4k', 'tmpfs', snapshots], { stdio: 'ignore' })
  } catch {
    return undefined
  }
  chownSync(snapshots, uid, gid)
  writeFileSync(join(snapshots, 'ballast'), Buffer.alloc(4_096))
  return () => void execFileSync('umount', [snapshots])
}

/** The same to Postgres as far as it can be had without: it cannot write a file there. */
const refuseFiles = (): (() => void) => {
  chmodSync(snapshots, 0o500)
  return () => chmodSync(snapshots, 0o700)
}

const fill = (): (() => void) => mountFullDisk() ?? refuseFiles()

it('with a full disk all that is read is read on, as of one moment', async () => {
  const paths = ['/dashboard-summary', '/success-rates', '/trends', '/usage-stats', '/quality-metrics']
  const before = await Promise.all(paths.map((path) => api.ask(`${path}?time_range=7d`)))
  const empty = fill()
  try {
    await expect(api.owner.query('select pg_export_snapshot()')).rejects.toThrow(/could not/)
    // Another range each, so that nothing of it is known already; then what is.
    const others = await Promise.all(paths.map((path) => api.ask(`${path}?time_range=30d`)))
    expect(others.map(({ status }) => status)).toEqual(paths.map(() => 200))
    await api.seed(drawMessages(50, now - 86_400_000, now, 5))
    for (const [i, path] of paths.entries()) {
      const { status, text, body } = await api.ask(`${path}?time_range=7d`)
      expect(status, text).toBe(200)
      expect(Object.keys(body)).toEqual(Object.keys(before[i]!.body))
    }
  } finally {
    empty()
  }
})
