import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createFrames, NotKafkaError } from './frames.ts'

const frameOf = (body: Uint8Array): Buffer => {
  const size = Buffer.alloc(4)
  size.writeInt32BE(body.length)
  return Buffer.concat([size, body])
}

describe('frames', () => {
  test('are the same wherever the stream is cut, even if one is empty', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 }),
        fc.array(fc.nat(12), { minLength: 1 }),
        (bodies, steps) => {
          const frames = bodies.map(frameOf)
          const stream = Buffer.concat(frames)
          const got: Buffer[] = []
          const push = createFrames((frame) => got.push(frame))
          const reused = Buffer.alloc(12)
          for (let at = 0, i = 0; at < stream.length; i++) {
            const copied = stream.copy(reused, 0, at, at + 1 + (steps[i % steps.length]! % 12))
            push(reused.subarray(0, copied))
            at += copied
          }
          expect(got).toEqual(frames)
        },
      ),
    )
  })

  test.each(['HTTP/1.1 400 Bad Request', '\xff\xff\xff\xff'])(
    'are refused of a peer that says %j',
    (said) => {
      expect(() => createFrames(() => {})(Buffer.from(said, 'latin1'))).toThrow(NotKafkaError)
    },
  )
})
