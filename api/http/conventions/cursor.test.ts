import type { z } from '@hono/zod-openapi'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeCursor, encodeCursor, questionOf } from './cursor.ts'
import { type PagePlace, pagePlace } from '../../values/page.ts'
import { Problem } from '../problems/problem.ts'

const schema = pagePlace as z.ZodType<PagePlace>
const range = { from: 0, to: 7_200_000 }

describe('a cursor', () => {
  it('brings back the place and the range', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.string(), fc.constant(null)),
        fc.string(),
        (value, id) => {
          const place: PagePlace = [Object.is(value, -0) ? 0 : value, id]
          expect(decodeCursor(encodeCursor('q', { range, place }), 'q', schema)).toEqual({ range, place })
        },
      ),
    )
  })

  it('fits no other question', () => {
    const cursor = encodeCursor(questionOf('8c1f04e2', 'patterns', { search: 'a' }), {
      range,
      place: [1, 'x'],
    })
    expect(() => decodeCursor(cursor, questionOf('8c1f04e2', 'patterns', { search: 'b' }), schema)).toThrow(
      Problem,
    )
  })

  it('of another log is a 422 that says so', () => {
    const cursor = encodeCursor(questionOf('8c1f04e2', 'patterns', {}), { range, place: [1, 'x'] })
    expect(() => decodeCursor(cursor, questionOf('0b7d93aa', 'patterns', {}), schema)).toThrow(
      expect.objectContaining({ status: 422, message: expect.stringContaining('another log') }),
    )
  })

  it('that we did not make is refused, whatever it is', () => {
    const refuses = (text: string) => {
      try {
        decodeCursor(text, 'q', schema)
      } catch (error) {
        expect(error).toMatchObject({ status: 400, code: 'INVALID_INPUT', errors: [{ path: 'cursor' }] })
        return
      }
      expect.unreachable(text)
    }
    fc.assert(fc.property(fc.string(), (text) => refuses(text)))
    const encoded = (json: unknown) => Buffer.from(JSON.stringify(json)).toString('base64url')
    fc.assert(fc.property(fc.jsonValue(), (json) => refuses(encoded(json))))
    refuses(encoded(['q', 1, 3_600_000, [1, 'x']]))
    refuses(encoded(['q', 3_600_000, 0, [1, 'x']]))
    refuses(encoded(['q', 0, 3_600_000, [{}, 'x']]))
  })
})
