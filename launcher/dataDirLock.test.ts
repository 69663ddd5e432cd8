import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { lockDataDir } from './dataDirLock.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'patterns-lock-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const released = async (lock: Awaited<ReturnType<typeof lockDataDir>>) => {
  if (!lock.ok) throw new Error('it is locked')
  await lock.release()
}

describe('the lock of a data directory', () => {
  it('is held by one at a time, who is named', async () => {
    const first = await lockDataDir(folder)
    expect(await lockDataDir(folder)).toEqual({ ok: false, holder: process.pid })
    await released(first)
    await released(await lockDataDir(folder))
  })

  it('is that of the directory, by whatever path', async () => {
    symlinkSync(folder, `${folder}-link`)
    const lock = await lockDataDir(folder)
    expect(await lockDataDir(`${folder}-link`)).toMatchObject({ ok: false })
    await released(await lockDataDir(join(folder, 'other')))
    await released(lock)
    rmSync(`${folder}-link`)
  })

  it('is free again when its holder was killed', async () => {
    const module = new URL('dataDirLock.ts', import.meta.url).href
    const script = `const { lockDataDir } = await import('${module}'); await lockDataDir('${folder}'); console.log('held'); setInterval(() => {}, 1000)`
    const holder = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(holder.stdout, 'data')
    expect(await lockDataDir(folder)).toEqual({ ok: false, holder: holder.pid })
    holder.kill('SIGKILL')
    await once(holder, 'exit')
    await released(await lockDataDir(folder))
  })

  it('cannot be had where the directory cannot be made', async () => {
    await expect(lockDataDir('/dev/null/data')).rejects.toThrow(/ENOTDIR|EEXIST/)
  })
})
