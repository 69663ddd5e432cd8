import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

/** A repository of two files, and in front of the PATH an `npx` that stands in for the registry. */
let root: string
const children = new Set<ChildProcess>()
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'patterns install Åß用 '))
  for (const folder of ['launcher', 'path']) mkdirSync(join(root, folder))
  for (const name of ['install.mjs', 'youngGeneration.mjs'])
    copyFileSync(fileURLToPath(new URL(name, import.meta.url)), join(root, 'launcher', name))
  writeFileSync(join(root, 'pnpm-lock.yaml'), 'one')
  writeNpx(
    `mkdir -p node_modules/.bin && ln -sf ${process.execPath} node_modules/.bin/node && echo installing >> calls`,
  )
  writeScript(`console.log(JSON.stringify(process.argv.slice(2)))`)
})
afterEach(() => {
  for (const child of children) child.kill('SIGKILL')
  children.clear()
  rmSync(root, { recursive: true, force: true })
})

const writeNpx = (script: string) => {
  writeFileSync(join(root, 'path', 'npx'), `#!/bin/sh\n${script}\n`)
  chmodSync(join(root, 'path', 'npx'), 0o755)
}
const writeScript = (code: string) => writeFileSync(join(root, 'script.ts'), code)
const installs = () =>
  existsSync(join(root, 'calls')) ? readFileSync(join(root, 'calls'), 'utf8').split('\n').length - 1 : 0

const start = (args: string[] = ['script.ts'], env: Record<string, string> = {}) => {
  const child = spawn(process.execPath, [join(root, 'launcher', 'install.mjs'), ...args], {
    cwd: root,
    env: { PATH: `${join(root, 'path')}:/usr/bin:/bin`, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  children.add(child)
  const output = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.err += text))
  const ended = once(child, 'close').then(([code, signal]) => (signal ?? code) as string | number)
  return {
    child,
    output,
    ended,
    printed: async (word: string) => vi.waitUntil(() => output.out.includes(word), 10_000),
  }
}

describe('the installer', () => {
  it('installs what is missing, says so, and runs the script with its arguments', async () => {
    const { output, ended } = start(['script.ts', '--flag', 'a b'])
    expect(await ended).toBe(0)
    expect(output.out).toBe('["--flag","a b"]\n')
    expect(output.err).toMatch(/^Installing packages .*\nInstalled in \d+ s\n$/)
    expect(installs()).toBe(1)
  })

  it('installs and says nothing the second time', async () => {
    await start().ended
    const { output, ended } = start()
    expect(await ended).toBe(0)
    expect(output.err).toBe('')
    expect(installs()).toBe(1)
  })

  it('installs again when the lockfile changed, or when it was broken off', async () => {
    await start().ended
    writeFileSync(join(root, 'pnpm-lock.yaml'), 'two')
    await start().ended
    expect(installs()).toBe(2)
    rmSync(join(root, 'node_modules', '.installed'))
    await start().ended
    expect(installs()).toBe(3)
  })

  it('installs once when two start at once, and both run', async () => {
    writeNpx(
      `sleep 0.3; mkdir -p node_modules/.bin && ln -sf ${process.execPath} node_modules/.bin/node && echo installing >> calls`,
    )
    const both = [start(), start()]
    expect(await Promise.all(both.map(({ ended }) => ended))).toEqual([0, 0])
    expect(both.map(({ output }) => output.out)).toEqual(['[]\n', '[]\n'])
    expect(installs()).toBe(1)
    expect(both.map(({ output }) => output.err).join('')).toMatch(/Waiting for another start/)
  })

  it('takes the turn of one that was killed while it installed', async () => {
    writeNpx('echo $$ > npx.pid; exec sleep 60')
    const killed = start()
    await vi.waitUntil(() => existsSync(join(root, 'npx.pid')), 10_000)
    killed.child.kill('SIGKILL')
    process.kill(Number(readFileSync(join(root, 'npx.pid'), 'utf8')), 'SIGKILL')
    writeNpx(`mkdir -p node_modules/.bin && ln -sf ${process.execPath} node_modules/.bin/node`)
    expect(await start().ended).toBe(0)
  })

  it.each([
    ['npm error code ENOTFOUND', 'the package registry cannot be reached (ENOTFOUND)'],
    ['WARN engines; ERR_PNPM_OUTDATED_LOCKFILE  the lockfile is old', 'ERR_PNPM_OUTDATED_LOCKFILE'],
    ['no space left on device', 'no space left on device'],
  ])('says in one line why it could not install: %s', async (shown, reason) => {
    writeNpx(`echo "${shown}" >&2; exit 3`)
    const { output, ended } = start()
    expect(await ended).toBe(1)
    const [, line, ...rest] = output.err.split('\n')
    expect(line).toMatch(/^The packages could not be installed: /)
    expect(line).toContain(reason)
    expect(rest).toEqual([''])
    expect(output.out).toBe('')
    expect(existsSync(join(root, 'node_modules', '.installed'))).toBe(false)
  })

  it('says so if there is no npm', async () => {
    rmSync(join(root, 'path', 'npx'))
    const { output, ended } = start(['script.ts'], { PATH: join(root, 'path') })
    expect(await ended).toBe(1)
    expect(output.err).toMatch(/npx cannot be run, which comes with npm/)
  })

  it("passes the script's exit code on", async () => {
    writeScript('process.exit(7)')
    expect(await start().ended).toBe(7)
  })

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'passes %s on and waits for the script',
    async (signal) => {
      writeScript(
        `process.on('${signal}', () => { console.log('told'); process.exit(0) }); setInterval(() => {}, 1000); console.log('up')`,
      )
      const { child, output, ended, printed } = start()
      await printed('up')
      child.kill(signal)
      expect(await ended).toBe(0)
      expect(output.out).toBe('up\ntold\n')
    },
  )

  it('ends as the script did if a signal ended that', async () => {
    writeScript(`process.kill(process.pid, 'SIGKILL')`)
    expect(await start().ended).toBe('SIGKILL')
  })

  it('does not leave the script behind when it is killed', async () => {
    writeScript(
      `process.on('disconnect', () => process.exit()); setInterval(() => {}, 1000); console.log('pid ' + process.pid)`,
    )
    const { child, output, printed } = start()
    await printed('pid')
    const pid = Number(/pid (\d+)/.exec(output.out)?.[1])
    child.kill('SIGKILL')
    await vi.waitUntil(() => !isAlive(pid), 10_000)
  })
})

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
