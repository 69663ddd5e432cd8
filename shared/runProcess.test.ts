import { EventEmitter } from 'node:events'
import { describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { runProcess, StartError } from './runProcess.ts'
import type { RunProcessOptions } from './runProcess.ts'
import { SettingsError } from './settings/readSettings.ts'

/** A process that lives in this one, where coverage sees it: `exit` is only noted. */
class ExampleProcess extends EventEmitter {
  argv = ['node', 'main.ts']
  env: Record<string, string> = { LOG_LEVEL: 'silent' }
  connected = true
  readonly sent: unknown[] = []
  readonly printed: string[] = []
  readonly stderr = { write: (text: string) => this.printed.push(text) }
  readonly helped: string[] = []
  readonly stdout = { write: (text: string) => this.helped.push(text) }
  readonly exited = new Promise<number>((resolve) => (this.exit = resolve))
  declare exit: (code: number) => void
  send = (message: unknown, _handle: unknown, _options: unknown, sent: () => void) => {
    this.sent.push(message)
    sent()
  }
}

const settings = { AMOUNT: z.string() }
type Options = RunProcessOptions<typeof settings>

const run = async (example: ExampleProcess, options: Partial<Options> = {}) =>
  runProcess({
    process: example as unknown as Options['process'],
    name: 'example',
    settings,
    start: async () => ({ stop: async () => {} }),
    ...options,
  })

const exampleProcess = (changes: Partial<ExampleProcess> = {}) =>
  Object.assign(new ExampleProcess(), { env: { LOG_LEVEL: 'silent', AMOUNT: '7' } }, changes)

describe('the life of a process', () => {
  it('goes from its settings to ready to the end', async () => {
    const example = exampleProcess()
    const start = vi.fn(async () => ({ stop: async () => {} }))
    await run(example, { start })
    expect(start).toHaveBeenCalledWith(
      expect.objectContaining({ settings: { LOG_LEVEL: 'silent', DATA_DIR: '.data', AMOUNT: '7' } }),
    )
    expect(example.sent).toEqual(['ready'])
    example.emit('SIGTERM', 'SIGTERM')
    example.emit('SIGTERM', 'SIGTERM')
    example.emit('disconnect')
    expect(await example.exited).toBe(0)
  })

  it('ends with 2 if a setting is missing', async () => {
    const example = exampleProcess({ env: {} })
    await run(example)
    expect(await example.exited).toBe(2)
    expect(example.printed).toEqual([expect.stringMatching(/^example: AMOUNT must be set.*\n$/)])
  })

  it('is told instead of begun if its help is asked for, whatever its settings', async () => {
    const example = exampleProcess({ argv: ['node', 'main.ts', '--help'], env: {} })
    const start = vi.fn(async () => ({ stop: async () => {} }))
    await run(example, { help: 'what it is\n', start })
    expect(await example.exited).toBe(0)
    expect(example.helped).toEqual(['what it is\n'])
    expect(start).not.toHaveBeenCalled()
  })

  it('does not begin with an argument that is not known', async () => {
    const example = exampleProcess({ argv: ['node', 'main.ts', '--port', '1'] })
    await run(example, { help: 'what it is\n' })
    expect(await example.exited).toBe(2)
    expect(example.printed).toEqual([
      expect.stringMatching(/^example: Unknown option '--port'.* --help lists what there is\n$/),
    ])
    const plain = exampleProcess()
    await run(plain, { help: 'what it is\n' })
    expect(plain.sent).toEqual(['ready'])
  })

  it('ends with 2 if the start refuses, and with 1 if it breaks', async () => {
    const refused = exampleProcess()
    await run(refused, { start: async () => Promise.reject(new SettingsError('AMOUNT is too small')) })
    expect(await refused.exited).toBe(2)
    const hindered = exampleProcess()
    await run(hindered, { start: async () => Promise.reject(new StartError('the disk is full')) })
    expect(await hindered.exited).toBe(1)
    expect(hindered.printed).toEqual(['example: the disk is full\n'])
    const broken = exampleProcess()
    await run(broken, { start: async () => Promise.reject(new Error('broken')) })
    expect(await broken.exited).toBe(1)
  })

  it('stops if its parent ended before it could listen', async () => {
    const example = exampleProcess({ connected: false })
    const stop = vi.fn(async () => {})
    await run(example, { start: async () => ({ stop }) })
    expect(await example.exited).toBe(0)
    expect(stop).toHaveBeenCalledOnce()
  })

  it('gives up a start that fails while it is being stopped', async () => {
    const example = exampleProcess()
    await run(example, {
      start: async ({ stopping }) => {
        example.emit('SIGINT', 'SIGINT')
        expect(stopping.aborted).toBe(true)
        throw new Error('given up')
      },
    })
    expect(await example.exited).toBe(0)
  })

  it('ends with 1 at the deadline, on a second signal, and on an uncaught error', async () => {
    const start = async () => ({ stop: () => new Promise<void>(() => {}) })
    const late = exampleProcess()
    await run(late, { start, stopDeadlineMs: 1 })
    late.emit('SIGTERM', 'SIGTERM')
    expect(await late.exited).toBe(1)
    const forced = exampleProcess()
    await run(forced, { start, sameSignalMs: 0 })
    forced.emit('SIGTERM', 'SIGTERM')
    forced.emit('SIGTERM', 'SIGTERM')
    expect(await forced.exited).toBe(1)
    const crashed = exampleProcess()
    await run(crashed, { start })
    crashed.emit('uncaughtException', new Error('lost'))
    expect(await crashed.exited).toBe(1)
  })

  it('ends with 1 if a part of it fails or cannot let go', async () => {
    const example = exampleProcess()
    await run(example, {
      start: async ({ fail }) => {
        fail(new Error('over'))
        return { stop: async () => Promise.reject(new Error('stuck')) }
      },
    })
    expect(await example.exited).toBe(1)
  })

  it('does not hide a fault of its own as a bad setting', async () => {
    const example = exampleProcess()
    const broken = {
      get AMOUNT(): never {
        throw new TypeError('a fault')
      },
    }
    await expect(run(example, { settings: broken as unknown as typeof settings })).rejects.toThrow('a fault')
  })
})
