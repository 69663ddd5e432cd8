import { describe, expect, it } from 'vitest'
import { createBatchingPublisher, type Transport } from './batchingPublisher.ts'
import type { Delivery, OutgoingMessage } from './publisher.ts'

/** A transport whose batches are settled by hand. */
const createTransport = () => {
  const batches: {
    messages: readonly OutgoingMessage[]
    settle: ReturnType<typeof Promise.withResolvers<(Delivery | Error)[]>>
  }[] = []
  let isClosed = false
  const transport: Transport = {
    deliver: async (messages) => {
      const settle = Promise.withResolvers<(Delivery | Error)[]>()
      batches.push({ messages, settle })
      return settle.promise
    },
    close: async () => void (isClosed = true),
  }
  const acknowledge = (index: number) =>
    batches[index]!.settle.resolve(batches[index]!.messages.map((_, offset) => ({ partition: 0, offset })))
  return { transport, batches, acknowledge, isClosed: () => isClosed }
}
const message = (value: string): OutgoingMessage => ({ key: null, value })
const turn = async () => new Promise((resolve) => setImmediate(resolve))

describe('the batching publisher', () => {
  it('sends what has gathered while the batch before was under way, as one batch', async () => {
    const { transport, batches, acknowledge } = createTransport()
    const publisher = createBatchingPublisher(transport, { lingerMs: 0 })
    const first = publisher.send(message('1'))
    await turn()
    const rest = [publisher.send(message('2')), publisher.send(message('3'))]
    expect(batches).toHaveLength(1)
    acknowledge(0)
    await first
    const flushed = publisher.flush()
    expect(batches[1]?.messages.map(({ value }) => value)).toEqual(['2', '3'])
    acknowledge(1)
    await flushed
    expect(await Promise.all(rest)).toEqual([
      { partition: 0, offset: 0 },
      { partition: 0, offset: 1 },
    ])
  })

  it('closes a batch by count and by bytes, and sends a huge message alone', async () => {
    const { transport, batches, acknowledge } = createTransport()
    const publisher = createBatchingPublisher(transport, {
      maxMessages: 2,
      maxBytes: 1_000,
      lingerMs: 10_000,
    })
    const values = ['1', '2', '3', 'x'.repeat(5_000), '4', 'y'.repeat(700), 'z'.repeat(700)]
    const sent = values.map(async (value) => publisher.send(message(value)))
    const flushed = publisher.flush()
    for (let index = 0; index < 5; index++) {
      while (batches.length <= index) await turn()
      acknowledge(index)
    }
    await flushed
    await Promise.all(sent)
    expect(batches.map(({ messages }) => messages.map(({ value }) => String(value)[0]))).toEqual([
      ['1', '2'],
      ['3'],
      ['x'],
      ['4', 'y'],
      ['z'],
    ])
  })

  it('rejects the messages that were not delivered, and no others', async () => {
    const { transport, batches } = createTransport()
    const publisher = createBatchingPublisher(transport, { lingerMs: 10_000 })
    const sent = [publisher.send(message('1')), publisher.send(message('2'))]
    const settled = Promise.allSettled(sent)
    void publisher.flush()
    while (batches.length === 0) await turn()
    batches[0]!.settle.resolve([new Error('too large'), { partition: 1, offset: 7 }])
    expect(await settled).toEqual([
      { status: 'rejected', reason: new Error('too large') },
      { status: 'fulfilled', value: { partition: 1, offset: 7 } },
    ])
  })

  it('goes on after a batch that failed as a whole', async () => {
    const { transport, batches, acknowledge } = createTransport()
    const publisher = createBatchingPublisher(transport, { lingerMs: 0 })
    const lost = publisher.send(message('1')).catch((error: Error) => error.message)
    while (batches.length === 0) await turn()
    batches[0]!.settle.reject(new Error('unreachable'))
    expect(await lost).toBe('unreachable')
    const next = publisher.send(message('2'))
    while (batches.length === 1) await turn()
    acknowledge(1)
    expect(await next).toEqual({ partition: 0, offset: 0 })
  })

  it('closes the transport once, after the last acknowledgement', async () => {
    const { transport, batches, acknowledge, isClosed } = createTransport()
    const publisher = createBatchingPublisher(transport, { lingerMs: 10_000 })
    const sent = publisher.send(message('1'))
    const stopped = Promise.all([publisher.stop(), publisher.stop()])
    while (batches.length === 0) await turn()
    expect(isClosed()).toBe(false)
    acknowledge(0)
    await stopped
    await sent
    expect(isClosed()).toBe(true)
  })
})
