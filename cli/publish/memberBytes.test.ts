import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { memberBytes } from './memberBytes.ts'

const member = (json: string, name = 'event') => memberBytes(Buffer.from(json), name)?.toString().trim()

describe('the bytes of a member', () => {
  test.each([
    ['{"event":1.10}', '1.10'],
    ['{"a":{"event":2},"event":9007199254740993 ,"b":[",}"]}', '9007199254740993'],
    ['{"a":"\\"event\\":","event":{"x":"}\\\\"}}', '{"x":"}\\\\"}'],
    ['{"\\u0065vent":[1, {"event": 2}]}', '[1, {"event": 2}]'],
    ['{"event":1,"event":2}', '2'],
    ['{"other":{"event":1}}', undefined],
    ['{}', undefined],
  ])('of %s are %s', (json, value) => {
    expect(member(json)).toBe(value)
  })

  test('are what was written, whatever stands around', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.boolean(), (object, isLaidOut) => {
        const json = JSON.stringify(object, null, isLaidOut ? 2 : 0)
        for (const [name, value] of Object.entries(object))
          expect(JSON.parse(member(json, name)!)).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })
})
