import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { afterEach, describe, expect, it, vi } from 'vitest'

const children = new Set<ChildProcess>()
afterEach(() => {
  for (const child of children) child.kill('SIGKILL')
  children.clear()
})

/** A real process whose `start` is the given code; it may use `settings`, `logger`, `stopping` and `fail`. */
const spawnProcess = (start: string, env: Record<string, string> = {}, ipc = false) => {
  const script = `
    import { writeSync } from 'node:fs'
    import { runProcess } from '${new URL('runProcess.ts', import.meta.url).href}'
    import { SettingsError } from '${new URL('settings/readSettings.ts', import.meta.url).href}'
    import { generatorSettings } from '${new URL('settings/settings.ts', import.meta.url).href}'
    const say = (word) => writeSync(1, word + '\\n')
    setInterval(() => {}, 1_000)
    await runProcess({
      process, name: 'example', settings: generatorSettings, stopDeadlineMs: 300, sameSignalMs: 100,
      start: async ({ settings, logger, stopping, fail }) => { ${start} },
    })
    say('started')`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe', ...(ipc ? (['ipc'] as const) : [])],
  })
  children.add(child)
  const output = { out: '', err: '' }
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (output.out += text))
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (output.err += text))
  // Not `close`: a child whose IPC channel was closed on this side never tells it.
  const closed = [child.stdout, child.stderr].map(async (stream) => stream && once(stream, 'close'))
  const ended = Promise.all([once(child, 'exit'), ...closed]).then(([[code]]) => code as number)
  const printed = (word: string) =>
    vi.waitUntil(() => output.out.includes(word), { timeout: 10_000, interval: 5 })
  return { child, output, ended, printed }
}

const stoppable = `return { stop: async () => say('let go') }`

describe('a process of ours', () => {
  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'lets go of everything and ends with 0 on %s',
    async (signal) => {
      const { child, output, ended, printed } = spawnProcess(stoppable)
      await printed('started')
      child.kill(signal)
      expect(await ended).toBe(0)
      expect(output.out).toBe('started\nlet go\n')
      expect(output.err).toContain(`"reason":"${signal}"`)
      expect(output.err).toContain('"msg":"stopped"')
    },
  )

  it('takes the same Ctrl-C from npm and from the terminal as one', async () => {
    const { child, output, ended, printed } = spawnProcess(
      `return { stop: async () => { say('letting go'); await new Promise((r) => setTimeout(r, 60)); say('let go') } }`,
    )
    await printed('started')
    child.kill('SIGINT')
    await printed('letting go')
    child.kill('SIGINT')
    expect(await ended).toBe(0)
    expect(output.out).toContain('let go')
  })

  it('ends at once on a second signal', async () => {
    const { child, output, ended, printed } = spawnProcess(
      `return { stop: async () => { setTimeout(() => say('waiting'), 120); await new Promise(() => {}) } }`,
    )
    await printed('started')
    child.kill('SIGTERM')
    await printed('waiting')
    child.kill('SIGTERM')
    expect(await ended).toBe(1)
    expect(output.err).toContain('stopping at once')
  })

  it('ends at the deadline if something does not let go', async () => {
    const { child, output, ended, printed } = spawnProcess(`return { stop: () => new Promise(() => {}) }`)
    await printed('started')
    child.kill('SIGTERM')
    expect(await ended).toBe(1)
    expect(output.err).toContain('not everything stopped in time')
  })

  it('stops a start that is under way', async () => {
    const { child, output, ended, printed } = spawnProcess(`
      say('starting')
      await new Promise((resolve, reject) => stopping.addEventListener('abort', () => reject(new Error('given up'))))`)
    await printed('starting')
    child.kill('SIGTERM')
    expect(await ended).toBe(0)
    expect(output.out).not.toContain('let go')
  })

  it('prints a bad setting as one line and ends with 2', async () => {
    const { output, ended } = spawnProcess(stoppable, { GENERATOR: 'maybe', LOG_LEVEL: 'loud' })
    expect(await ended).toBe(2)
    expect(output.err).toMatch(/^example: LOG_LEVEL must be .*; GENERATOR must be on or off.*\n$/)
    expect(output.err.split('\n')).toHaveLength(2)
  })

  it('prints what the start refuses as one line and ends with 2', async () => {
    const { output, ended } = spawnProcess(`throw new SettingsError('PORT: 8053 is taken')`)
    expect(await ended).toBe(2)
    expect(output.err).toBe('example: PORT: 8053 is taken\n')
  })

  it.each([
    ['a start that throws', `throw new Error('broken')`, 'could not start'],
    [
      'a stop that throws',
      `setTimeout(() => fail(new Error('over')), 1); return { stop: async () => { throw new Error('stuck') } }`,
      'could not stop in order',
    ],
    [
      'an uncaught exception',
      `setTimeout(() => { throw new Error('lost') }, 1); ${stoppable}`,
      'uncaught error',
    ],
    ['an unhandled rejection', `void Promise.reject(new Error('lost')); ${stoppable}`, 'uncaught error'],
  ])('logs %s and ends with 1', async (_, start, message) => {
    const { output, ended } = spawnProcess(start)
    expect(await ended).toBe(1)
    expect(output.err).toContain(message)
  })

  it('lets go of everything if a part of it fails, and ends with 1', async () => {
    const { output, ended } = spawnProcess(
      `setTimeout(() => fail(new Error('the shard is lost')), 1); ${stoppable}`,
    )
    expect(await ended).toBe(1)
    expect(output.out).toContain('let go')
    expect(output.err).toContain('the shard is lost')
  })

  it('tells its parent when it is ready, and stops when the parent ends', async () => {
    const { child, output, ended } = spawnProcess(stoppable, {}, true)
    expect(await once(child, 'message')).toEqual(['ready', undefined])
    child.disconnect()
    expect(await ended).toBe(0)
    expect(output.out).toContain('let go')
  })

  it('ends if its logs are not read any more', async () => {
    const { child, ended, printed } = spawnProcess(stoppable)
    await printed('started')
    child.stderr?.destroy()
    child.kill('SIGTERM')
    expect(await ended).toBe(0)
  })
})
