import { describe, expect, it, vi } from 'vitest'
import { keepRunning, restartPauseMs } from './keepRunning.ts'

const something = () => {
  const { promise: ended, resolve: end } = Promise.withResolvers<{ reason: string }>()
  return { ended, end: (reason: string) => end({ reason }) }
}

const logger = () => ({ error: vi.fn(), info: vi.fn() })

describe('what is kept running', () => {
  it('is started again when it ends, and the reason is said', async () => {
    const first = something()
    const second = something()
    const log = logger()
    const current = keepRunning({
      name: 'processor',
      first,
      restart: async () => second,
      stopping: new AbortController().signal,
      logger: log,
      pauseMs: () => 0,
    })
    expect(current()).toBe(first)
    first.end('it was ended by SIGKILL')
    await vi.waitUntil(() => current() === second)
    expect(log.error).toHaveBeenCalledWith(
      { process: 'processor', reason: 'it was ended by SIGKILL', pause_ms: 0 },
      'ended unexpectedly; restarting it',
    )
  })

  it('is tried again after a restart that failed, after a longer pause', async () => {
    const first = something()
    const second = something()
    const pauseMs = vi.fn(() => 0)
    const restart = vi.fn(async () => second).mockRejectedValueOnce(new Error('the port is taken'))
    const log = logger()
    const stopping = new AbortController().signal
    const current = keepRunning({ name: 'postgres', first, restart, stopping, logger: log, pauseMs })
    first.end('it ended with code 1')
    await vi.waitUntil(() => current() === second)
    expect(pauseMs.mock.calls).toEqual([[1], [2]])
    expect(log.error).toHaveBeenLastCalledWith(
      expect.objectContaining({ reason: 'the port is taken' }),
      expect.any(String),
    )
  })

  it('stays ended once all is stopping, also in the middle of a pause', async () => {
    const first = something()
    const restart = vi.fn(async () => something())
    const stop = new AbortController()
    const log = logger()
    const paused = Promise.withResolvers<void>()
    const pauseMs = () => {
      paused.resolve()
      return 60_000
    }
    keepRunning({ name: 'api', first, restart, stopping: stop.signal, logger: log, pauseMs })
    first.end('it ended with code 1')
    await paused.promise
    stop.abort()
    await new Promise(setImmediate)
    expect(restart).not.toHaveBeenCalled()
    expect(log.error).toHaveBeenCalledOnce()
  })

  it('waits longer each time, up to half a minute', () => {
    expect([1, 2, 3, 4, 7, 50].map(restartPauseMs)).toEqual([500, 1_000, 2_000, 4_000, 30_000, 30_000])
  })
})
