import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeLine, encodeLine } from './fileLine.ts'

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array)),
  fc.string({ unit: 'binary', maxLength: 20 }).map((text) => Buffer.from(text)),
)
const messages = fc.record({
  timestamp: fc.integer({ min: -1, max: 8_640_000_000_000 }),
  key: fc.option(bytes),
  value: fc.option(bytes),
  headers: fc.dictionary(fc.string(), fc.oneof(bytes, fc.array(bytes, { minLength: 2, maxLength: 3 }))),
})

describe('a line of the file topic', () => {
  it('keeps every message byte for byte', () => {
    fc.assert(
      fc.property(messages, fc.nat(), (message, offset) => {
        const line = encodeLine(message)
        expect(line.indexOf('\n')).toBe(line.length - 1)
        const decoded = decodeLine(line.slice(0, -1), offset)!
        expect({ ...decoded, headers: { ...decoded.headers } }).toEqual({
          ...message,
          offset,
          headers: { ...message.headers },
        })
      }),
    )
  })

  it('stands as plain text if the bytes are text', () => {
    const line = encodeLine({ timestamp: 5, key: 'k', value: Buffer.from('{"a":"ü"}'), headers: { h: 'x' } })
    expect(line).toBe('{"timestamp":5,"key":"k","value":"{\\"a\\":\\"ü\\"}","headers":{"h":"x"}}\n')
    expect(encodeLine({ timestamp: 5, key: null, value: Buffer.from([0xff]) })).toBe(
      '{"timestamp":5,"key":null,"value":{"base64":"/w=="}}\n',
    )
  })

  it.each([
    ['an empty line', ''],
    ['a torn line', '{"timestamp":5,"key":"k","val'],
    ['another kind of JSON', '[1,2]'],
    ['null', 'null'],
    ['a missing value', '{"timestamp":5,"key":"k"}'],
    ['a wrong timestamp', '{"timestamp":"5","key":null,"value":"v"}'],
    ['wrong headers', '{"timestamp":5,"key":null,"value":"v","headers":[1]}'],
    ['wrong base64', '{"timestamp":5,"key":null,"value":{"base64":"*"}}'],
  ])('is no message if it is %s', (_, line) => {
    expect(decodeLine(line, 0)).toBeUndefined()
  })
})
