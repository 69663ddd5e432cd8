import { setImmediate as yieldToEventLoop } from 'node:timers/promises'
import { describe, expect, it, vi } from 'vitest'
import { createFinishedAnswers } from './finishedAnswers.ts'

const staleMs = 400

/** Answers of one source; the test moves its vector and the time. */
const start = () => {
  const source = { position: 1, staleMs, now: 0 }
  const answers = createFinishedAnswers({
    logId: () => 'a log',
    clock: () => 0,
    now: () => source.now,
    maxBytes: 1_000_000,
  })
  const made: string[] = []
  const make = (key: string) => async () => {
    made.push(key)
    return { vector: new Map([[0, source.position]]), body: { position: source.position } }
  }
  const at = () => ({ text: `0:${source.position}`, staleMs: source.staleMs })
  const get = async (key: string, mayBeStale = true, how = make(key)) =>
    JSON.parse(String((await answers.get(key, at(), how, mayBeStale)).body)).position as number
  return { source, answers, made, get }
}

describe('a finished answer', () => {
  it('is made once for all requests meanwhile, and cached until the vector moves', async () => {
    const { source, made, get } = start()
    expect(await Promise.all([get('a'), get('a'), get('b')])).toEqual([1, 1, 1])
    source.now = 10_000
    expect(await get('a')).toBe(1)
    expect(made).toEqual(['a', 'b'])
  })

  it('is not made twice at a time, however often the vector moves meanwhile: all wait for the one after it', async () => {
    const { source, made, get } = start()
    const gate = Promise.withResolvers<void>()
    const slow = async () => {
      made.push('a')
      const { position } = source
      await gate.promise
      return { vector: new Map([[0, position]]), body: { position } }
    }
    const asked = [get('a', true, slow)]
    for (source.position = 2; source.position < 6; source.position++) asked.push(get('a', true, slow))
    await yieldToEventLoop()
    expect(made).toEqual(['a'])
    gate.resolve()
    expect(await Promise.all(asked)).toEqual([1, 6, 6, 6, 6])
    expect(made).toEqual(['a', 'a'])
  })

  it('is given as it was while it is a little behind, and made again only after that', async () => {
    const { source, made, get } = start()
    await get('a')
    source.position = 2
    source.now = staleMs / 2
    expect(await get('a')).toBe(1)
    await yieldToEventLoop()
    expect(made).toEqual(['a'])
    source.now = staleMs / 2 + 1
    expect(await get('a')).toBe(1)
    await vi.waitUntil(() => made.length === 2)
    expect(await get('a')).toBe(2)
    expect(made).toEqual(['a', 'a'])
  })

  it('is waited for once it is too far behind, and by requests that must have the latest', async () => {
    const { source, get } = start()
    await Promise.all([get('a'), get('b')])
    source.position = 2
    source.now = 1
    expect(await get('a', false)).toBe(2)
    source.now = staleMs + 1
    expect(await get('b')).toBe(2)
  })

  it('is renewed after the one before it, with turns for others between', async () => {
    const { source, get } = start()
    const keys = ['a', 'b', 'c']
    await Promise.all(keys.map((key) => get(key)))
    source.position = 2
    source.now = staleMs
    const order: string[] = []
    const { promise: hold, resolve: letGo } = Promise.withResolvers<void>()
    const held = (key: string) => async () => {
      order.push(key)
      await hold
      return { vector: new Map([[0, 2]]), body: { position: 2 } }
    }
    for (const key of keys) expect(await get(key, true, held(key))).toBe(1)
    // Asked for twice, renewed once.
    expect(await get('c', true, held('c'))).toBe(1)
    await vi.waitUntil(() => order.length === 1)
    await yieldToEventLoop()
    expect(order).toEqual(['a'])
    letGo()
    await vi.waitUntil(() => order.length === 3)
    expect(order).toEqual(keys)
  })

  it('stays while it cannot be renewed; the fault is for requests that come when it is too old', async () => {
    const { source, get } = start()
    await get('a')
    source.position = 2
    source.now = staleMs
    const fail = vi.fn(async () => {
      throw new Error('no database')
    })
    expect(await get('a', true, fail)).toBe(1)
    await vi.waitUntil(() => fail.mock.calls.length === 1)
    expect(await get('a', true, fail)).toBe(1)
    source.now = staleMs + 1
    await expect(get('a', true, fail)).rejects.toThrow('no database')
    expect(await get('a')).toBe(2)
  })

  it('is not renewed once more if a request waited for it meanwhile', async () => {
    const { source, made, get } = start()
    await Promise.all([get('a'), get('b')])
    source.position = 2
    source.now = staleMs
    const { promise: hold, resolve: letGo } = Promise.withResolvers<void>()
    await get('a', true, async () => {
      await hold
      return { vector: new Map([[0, 2]]), body: { position: 2 } }
    })
    // Its turn comes after that of the one before it.
    await get('b')
    expect(await get('b', false)).toBe(2)
    letGo()
    await vi.waitUntil(async () => (await get('a')) === 2)
    expect(made).toEqual(['a', 'b', 'b'])
  })

  it('does not keep the others waiting if its renewal never ends', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      const { source, made, get } = start()
      await Promise.all([get('a'), get('b')])
      source.position = 2
      source.now = staleMs
      const hangs = vi.fn(() => new Promise<never>(() => {}))
      await get('a', true, hangs)
      await get('b')
      while (hangs.mock.calls.length === 0) await yieldToEventLoop()
      expect(made).toEqual(['a', 'b'])
      await vi.advanceTimersByTimeAsync(2_000)
      while (made.length < 3) await yieldToEventLoop()
      expect(made).toEqual(['a', 'b', 'b'])
    } finally {
      vi.useRealTimers()
    }
  })

  it('that was given up is made again for the next', async () => {
    const { answers, made, get } = start()
    const never = new Promise<never>(() => {})
    void get('a', true, () => never)
    answers.giveUp('a')
    expect(await get('a')).toBe(1)
    expect(made).toEqual(['a'])
  })
})
