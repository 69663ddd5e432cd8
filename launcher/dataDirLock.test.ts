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

const running = new AbortController().signal
const lock = async (path: string) => lockDataDir(path, running)

const released = async (held: Awaited<ReturnType<typeof lockDataDir>>) => {
  if (!held.ok) throw new Error('it is locked')
  await held.release()
}

describe('the lock of a data directory', () => {
  it('is held by one at a time, who is named', async () => {
    const first = await lock(folder)
    expect(await lock(folder)).toEqual({ ok: false, holder: process.pid })
    await released(first)
    await released(await lock(folder))
  })

  it('is that of the directory, by whatever path', async () => {
    symlinkSync(folder, `${folder}-link`)
    const held = await lock(folder)
    expect(await lock(`${folder}-link`)).toMatchObject({ ok: false })
    await released(await lock(join(folder, 'other')))
    await released(held)
    rmSync(`${folder}-link`)
  })

  it('is free again when its holder was killed', async () => {
    const module = new URL('dataDirLock.ts', import.meta.url).href
    const script = `const { lockDataDir } = await import('${module}'); await lockDataDir('${folder}', new AbortController().signal); console.log('held'); setInterval(() => {}, 1000)`
    const holder = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(holder.stdout, 'data')
    expect(await lock(folder)).toEqual({ ok: false, holder: holder.pid })
    holder.kill('SIGKILL')
    await once(holder, 'exit')
    await released(await lock(folder))
  })

  it('is waited for if its holder is stopping already', async () => {
    const held = await lockDataDir(folder, AbortSignal.abort())
    const next = lock(folder)
    await released(held)
    await released(await next)
  })

  it('cannot be had if the directory cannot be made', async () => {
    await expect(lock('/dev/null/data')).rejects.toThrow(/ENOTDIR|EEXIST/)
  })
})
