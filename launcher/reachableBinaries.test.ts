import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findPostgresBinaries, type PostgresBinaries } from './postgresBinaries.ts'
import { placeBinaries } from './reachableBinaries.ts'

const account = { uid: 65_534, gid: 65_534 }
let folder: string
let hidden: PostgresBinaries
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'patterns-binaries-'))
  chmodSync(folder, 0o755)
  // As in a clone under root's home: a package whose folder only root may enter.
  const { postgres } = await findPostgresBinaries()
  const original = dirname(dirname(dirname(postgres)))
  const clone = join(folder, 'root', 'package')
  cpSync(original, clone, { recursive: true, verbatimSymlinks: true })
  chmodSync(join(folder, 'root'), 0o700)
  hidden = {
    initdb: join(clone, 'native', 'bin', 'initdb'),
    postgres: join(clone, 'native', 'bin', 'postgres'),
  }
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe.runIf(process.getuid?.() === 0)(
  "PostgreSQL's programs, in a folder that only root may enter",
  () => {
    const place = (...names: string[]) =>
      placeBinaries(
        hidden,
        account,
        names.map((name) => join(folder, name)),
      )

    it('are copied once to where the account can run them', () => {
      expect(spawnSync(hidden.postgres, ['--version'], account).status).not.toBe(0)
      const placed = place('copies')
      expect(spawnSync(placed.initdb, ['--version'], account).status).toBe(0)
      expect(place('copies')).toEqual(placed)
      expect(readdirSync(join(folder, 'copies'))).toHaveLength(1)
    })

    it('are copied elsewhere if the first place cannot be used, or belongs to somebody else', () => {
      mkdirSync(join(folder, 'open'))
      chmodSync(join(folder, 'open'), 0o777)
      mkdirSync(join(folder, 'closed'), { mode: 0o700 })
      expect(place('open', 'closed', 'copies').postgres).toContain(join(folder, 'copies'))
      expect(() => place('open')).toThrow(
        /user 65534 may not enter .*open belongs to somebody else, or others may write/,
      )
    })

    it('stay where they are if the account may go there', async () => {
      const reachable = { initdb: '/usr/bin/env', postgres: '/usr/bin/env' }
      expect(placeBinaries(reachable, account, [])).toBe(reachable)
      expect(placeBinaries(hidden, undefined, [])).toBe(hidden)
    })
  },
)
