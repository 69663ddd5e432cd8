import { expect, test } from 'vitest'
import { decodePayload, encodePayload, type PayloadEvent } from './segmentPayload.ts'

/** Events that are all of one letter, so that a byte of another payload shows. */
const eventsOf = (letter: string, count: number): PayloadEvent[] =>
  Array.from({ length: count }, (_, i) => ({
    sourceOffset: i,
    recordedAt: 1_000 + i,
    value: Buffer.from(letter.repeat(1 + (i % 300))),
    headers: undefined,
  }))

test('payloads that are made at the same time share no byte, whatever was made before them', async () => {
  for (const count of [5_000, 20, 5_000]) {
    const all = ['a', 'b', 'c', 'd', 'e'].map((letter, i) => eventsOf(letter, count + i))
    const payloads = await Promise.all(all.map(encodePayload))
    for (const [i, payload] of payloads.entries()) expect(await decodePayload(payload)).toEqual(all[i])
  }
})
