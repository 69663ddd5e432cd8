import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Delivery, OutgoingMessage, Publisher } from '@patterns/topic/publisher.ts'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { historyMs } from './character.ts'
import { decideHistory } from './decideHistory.ts'
import { createHistoryState, type History } from './historyState.ts'
import { historyMessages, publishHistory } from './publishHistory.ts'

const now = Date.UTC(2026, 6, 1)
const history: History = { seed: 's', from: now - historyMs, to: now, sent: 0, isComplete: false }
const all = [...historyMessages(history)].map(({ message }) => message)

/** A topic in memory that may break for good after some messages. */
const createMemoryTopic = (breaksAfter = Number.POSITIVE_INFINITY) => {
  const taken: OutgoingMessage[] = []
  const publisher: Publisher = {
    async send(message): Promise<Delivery> {
      if (taken.length >= breaksAfter) throw new Error('the broker is gone')
      taken.push(message)
      return { partition: 0, offset: taken.length - 1 }
    },
    ready: async () => {},
    flush: async () => {},
    stop: async () => {},
  }
  return { taken, publisher }
}

const publish = async (topic: { publisher: Publisher }, from: History, stopping = new AbortController()) => {
  const remembered: History[] = []
  const remember = async (progress: History): Promise<void> => void remembered.push(progress)
  const result = publishHistory({
    history: from,
    publisher: topic.publisher,
    remember,
    stopping: stopping.signal,
  })
  return { remembered, result: await result.catch((error: Error) => error) }
}

describe('the history', () => {
  test('is published whole and in order, and then remembered as complete', async () => {
    const topic = createMemoryTopic()
    const { remembered, result } = await publish(topic, history)
    expect(topic.taken).toEqual(all)
    expect(result).toEqual({ ...history, sent: all.length, isComplete: true })
    expect(remembered[0]).toEqual(history)
    expect(remembered.at(-1)).toEqual(result)
  })

  test('goes on after a crash with the very messages that come next, and loses none', async () => {
    const first = createMemoryTopic(7_500)
    const { remembered, result } = await publish(first, history)
    expect(result).toBeInstanceOf(Error)
    const last = remembered.at(-1)!
    expect(last).toMatchObject({ sent: 6_000, isComplete: false })
    const second = createMemoryTopic()
    await publish(second, last)
    // What was acknowledged but not yet remembered comes twice, under the same ids.
    expect([...first.taken.slice(0, last.sent), ...second.taken]).toEqual(all)
    expect(first.taken.slice(last.sent)).toEqual(second.taken.slice(0, first.taken.length - last.sent))
  })

  test('stops when told to, and remembers exactly what was sent', async () => {
    const stopping = new AbortController()
    const topic = createMemoryTopic()
    const publisher = {
      ...topic.publisher,
      send: (message: OutgoingMessage) => {
        if (topic.taken.length === 2_345) stopping.abort()
        return topic.publisher.send(message)
      },
    }
    const { result } = await publish({ publisher }, history, stopping)
    expect(result).toMatchObject({ sent: topic.taken.length, isComplete: false })
    expect(topic.taken).toEqual(all.slice(0, 2_346))
  })

  test('gives messages the time of their event, so that only what is meant to be late is late', () => {
    const times = all.map(({ timestamp }) => timestamp)
    expect(times).toEqual(times.toSorted((a, b) => a - b))
    expect(times[0]).toBeGreaterThanOrEqual(history.from)
    expect(times.at(-1)).toBeLessThan(history.to)
    expect(all.length).toBeGreaterThan(30_000)
    expect(all.length).toBeLessThan(60_000)
  })
})

describe('whether a topic gets a history', () => {
  const decide = (remembered: History | undefined, isTopicEmpty: boolean) =>
    decideHistory({ remembered, isTopicEmpty, seed: 's', now })

  test('an empty one does, whatever is remembered of an earlier one of its name', () => {
    const fresh = { history, epoch: history.from }
    expect(decide(undefined, true)).toEqual(fresh)
    expect(decide({ ...history, from: 5, to: 6, sent: 100, isComplete: true }, true)).toEqual(fresh)
    expect(decide({ ...history, from: 5, to: 6, sent: 100 }, true)).toEqual(fresh)
  })

  test('one whose history broke off gets the rest', () => {
    const begun = { ...history, from: now - historyMs - 5_000, sent: 4_000 }
    expect(decide(begun, false)).toEqual({ history: begun, epoch: begun.from })
  })

  test('one that has its history gets none, and its characters go on', () => {
    const complete = { ...history, from: 7, isComplete: true }
    expect(decide(complete, false)).toEqual({ history: undefined, epoch: 7 })
  })

  test("somebody else's gets none", () => {
    expect(decide(undefined, false)).toEqual({ history: undefined, epoch: now - historyMs })
  })
})

describe('the state file', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'patterns-generator-'))
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  test('remembers each topic on its own, in a folder that need not be there yet', async () => {
    const file = join(folder, 'deep', 'generator.json')
    const [one, other] = [createHistoryState(file, 'file/one'), createHistoryState(file, 'file/other')]
    expect(await one.read()).toBeUndefined()
    await one.write(history)
    await other.write({ ...history, sent: 9 })
    expect(await one.read()).toEqual(history)
    expect(await other.read()).toEqual({ ...history, sent: 9 })
    expect(await readdir(join(folder, 'deep'))).toEqual(['generator.json'])
  })

  test.each(['', '{', '[]', '{"file/one":{"sent":-1}}'])(
    'that holds %j is refused by name, and left alone',
    async (text) => {
      const file = join(folder, 'generator.json')
      await writeFile(file, text)
      await expect(createHistoryState(file, 'file/one').read()).rejects.toThrow(file)
      expect(await readFile(file, 'utf8')).toBe(text)
    },
  )
})
