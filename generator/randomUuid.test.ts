import fc from 'fast-check'
import { validate, version } from 'uuid'
import { describe, expect, test } from 'vitest'
import { createRandom } from './random.ts'
import { randomUuidV4, randomUuidV7 } from './randomUuid.ts'

describe('random UUIDs', () => {
  test('of version 7 are valid and begin with their time', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 0, max: 2 ** 48 - 1 }), (seed, time) => {
        const id = randomUuidV7(createRandom(seed), time)
        expect(validate(id) && version(id)).toBe(7)
        expect(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBe(time)
      }),
    )
  })

  test('of version 4 are valid', () => {
    fc.assert(
      fc.property(fc.string(), (seed) => {
        const id = randomUuidV4(createRandom(seed))
        expect(validate(id) && version(id)).toBe(4)
      }),
    )
  })

  test('do not repeat within a seed, even at one instant', () => {
    const random = createRandom('uuid')
    const ids = Array.from({ length: 100_000 }, () => randomUuidV7(random, 1_000))
    expect(new Set(ids).size).toBe(ids.length)
  })
})
