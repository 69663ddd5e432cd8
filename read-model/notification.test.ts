import fc from 'fast-check'
import { expect, it } from 'vitest'
import { flushesFromPayload, flushPayloads } from './notification.ts'

const positions = fc.uniqueArray(fc.tuple(fc.nat(), fc.maxSafeNat()), {
  selector: ([shard]) => shard,
  maxLength: 1_000,
})

it('what is sent of shards is received, in payloads that Postgres accepts', () => {
  fc.assert(
    fc.property(positions, (sent) => {
      const payloads = flushPayloads(new Map(sent))
      expect(payloads.flatMap((payload) => [...flushesFromPayload(payload)])).toEqual(sent)
      for (const payload of payloads) expect(payload.length).toBeLessThan(8_000)
    }),
    { numRuns: 50 },
  )
})
