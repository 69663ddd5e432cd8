import { buffer } from 'node:stream/consumers'
import { createZstdCompress } from 'node:zlib'
import { expect, test } from 'vitest'
import { decodePayload, encodePayload, type PayloadEvent, unpackPayload } from './segmentPayload.ts'

/** Events that are all of one letter, so that a byte of another payload shows. */
const eventsOf = (letter: string, count: number): PayloadEvent[] =>
  Array.from({ length: count }, (_, i) => ({
    sourceOffset: i,
    recordedAt: 1_000 + i,
    value: Buffer.from(letter.repeat(1 + (i % 300))),
    headers: undefined,
  }))

test('a payload is unpacked whatever its length, and whether or not its frame says it', async () => {
  // The length takes one byte, two, four, and the whole is not one segment of a frame.
  for (const length of [0, 100, 300, 70_000, 5_000_000]) {
    const [event] = eventsOf('a', 1)
    const all = [{ ...event!, value: Buffer.alloc(length, 'x') }]
    const payload = await encodePayload(all)
    expect(await decodePayload(payload)).toEqual(all)
    const raw = await unpackPayload(payload)
    // As payloads were packed before.
    const stream = createZstdCompress()
    stream.end(raw)
    expect(await decodePayload(await buffer(stream))).toEqual(all)
  }
})

test('payloads that are made at the same time share no byte, whatever was made before them', async () => {
  for (const count of [5_000, 20, 5_000]) {
    const all = ['a', 'b', 'c', 'd', 'e'].map((letter, i) => eventsOf(letter, count + i))
    const payloads = await Promise.all(all.map(encodePayload))
    for (const [i, payload] of payloads.entries()) expect(await decodePayload(payload)).toEqual(all[i])
  }
})
