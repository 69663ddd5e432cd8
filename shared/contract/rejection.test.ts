import { nearlyValidBodies } from '@patterns/testing/eventBodies.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decode, now, rejectionOf, used } from '../testing/exampleMessage.ts'
import { rejectionReasons } from './rejection.ts'

const dayMs = 86_400_000

describe('a message is rejected', () => {
  it('as not_json, if it has no value', () => {
    expect(rejectionOf('', { value: null })).toEqual({
      reason: 'not_json',
      faults: [{ path: '', message: 'the value is null' }],
    })
  })

  it('as not_json, if its value is none', () => {
    for (const text of ['', '{', '{"a":1', "{'a':1}", 'NaN', `${JSON.stringify(used)},`]) {
      const rejection = rejectionOf(text)
      expect(rejection?.reason).toBe('not_json')
      expect(rejection?.faults).toEqual([{ path: '', message: expect.stringMatching(/JSON/) }])
    }
  })

  it('as not_json, if its bytes are not UTF-8', () => {
    const bytes = Buffer.from(JSON.stringify({ ...used, pattern_name: 'X' }))
    for (const invalid of [0x80, 0xc3, 0xff]) {
      const broken = Buffer.from(bytes)
      broken[bytes.indexOf('"X"') + 1] = invalid
      expect(rejectionOf(broken)).toEqual({
        reason: 'not_json',
        faults: [{ path: '', message: 'is not valid UTF-8' }],
      })
    }
  })

  it('never for a replacement character that it really says', () => {
    expect(decode({ ...used, pattern_name: 'a\u{fffd}b' })).toMatchObject({
      ok: true,
      event: { patternName: 'a\u{fffd}b' },
    })
  })

  it('as too_large past 256 KiB, valid or not', () => {
    const text = JSON.stringify(used)
    expect(decode(text.padEnd(256 * 1024)).ok).toBe(true)
    for (const value of [text.padEnd(256 * 1024 + 1), '#'.repeat(300_000)]) {
      expect(rejectionOf(value)).toEqual({
        reason: 'too_large',
        faults: [{ path: '', message: `is ${value.length} bytes, more than 262144` }],
      })
    }
  })

  it('as not_json, if it begins with a byte order mark', () => {
    expect(rejectionOf(`\uFEFF${JSON.stringify(used)}`)).toEqual({
      reason: 'not_json',
      faults: [{ path: '', message: 'begins with a byte order mark (U+FEFF), which JSON must not' }],
    })
  })

  it('as future_time, more than 24 hours ahead of the clock of whoever takes it', () => {
    expect(decode(used, {}, now - dayMs).ok).toBe(true)
    expect(rejectionOf(used, {}, now - dayMs - 1)).toEqual({
      reason: 'future_time',
      faults: [
        {
          path: 'occurred_at',
          message: 'is more than 24 hours ahead of the clock here, which said 2026-01-01T03:04:04.999Z',
        },
      ],
    })
  })

  it.each([-1, 0, dayMs, now + 365 * dayMs, Number.MAX_SAFE_INTEGER])(
    'as future_time or not whatever its record says (%i)',
    (timestamp) => {
      expect(decode(used, { timestamp }).ok).toBe(true)
      expect(rejectionOf({ ...used, occurred_at: '2099-01-01T00:00:00Z' }, { timestamp })?.reason).toBe(
        'future_time',
      )
    },
  )

  it('as schema, if it is JSON but no object', () => {
    for (const value of ['null', '7', '"text"', '[]', '[{}]']) {
      expect(rejectionOf(value)).toEqual({
        reason: 'schema',
        faults: [{ path: '', message: 'must be a JSON object' }],
      })
    }
  })

  it('always for one of the reasons, with at least one fault', () => {
    fc.assert(
      fc.property(nearlyValidBodies, (body) => {
        const rejection = rejectionOf(body, {}, Number.MAX_SAFE_INTEGER)
        if (rejection !== undefined) expect(rejection.faults.length).toBeGreaterThan(0)
        expect([undefined, ...rejectionReasons]).toContain(rejection?.reason)
      }),
      { numRuns: 1_000 },
    )
  })
})
