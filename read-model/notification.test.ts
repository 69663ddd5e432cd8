import fc from 'fast-check'
import { expect, it } from 'vitest'
import { flushesFromPayload, flushPayloads } from './notification.ts'

const positions = fc.uniqueArray(fc.tuple(fc.nat(), fc.maxSafeNat()), {
  selector: ([shard]) => shard,
  maxLength: 1_000,
})

it('what is told of shards is heard, in payloads that Postgres takes', () => {
  fc.assert(
    fc.property(positions, (told) => {
      const payloads = flushPayloads(new Map(told))
      expect(payloads.flatMap((payload) => [...flushesFromPayload(payload)])).toEqual(told)
      for (const payload of payloads) expect(payload.length).toBeLessThan(8_000)
    }),
    { numRuns: 50 },
  )
})
