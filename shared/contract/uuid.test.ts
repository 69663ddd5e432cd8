import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isLowerCaseUuidAt, readUuid, uuidFromBytes, writeUuid } from './uuid.ts'

const lower = '0197a3b4-5c6d-7e8f-9012-3456789abcde'

describe('a UUID', () => {
  it('is text of any version, in lower case once read', () => {
    expect(readUuid(lower)).toBe(lower)
    expect(readUuid(lower.toUpperCase())).toBe(lower)
    expect(readUuid('00000000-0000-0000-0000-000000000000')).toBe('00000000-0000-0000-0000-000000000000')
    expect(readUuid('ffffffff-FFFF-ffff-ffff-ffffffffffff')).toBe('ffffffff-ffff-ffff-ffff-ffffffffffff')
  })

  it('is nothing else', () => {
    const others = [
      undefined,
      null,
      7,
      {},
      [lower],
      '',
      'x',
      `{${lower}}`,
      `urn:uuid:${lower}`,
      lower.replaceAll('-', ''),
      `${lower}0`,
      `${lower}\n`,
      ` ${lower}`,
      lower.replace('a', 'g'),
      lower.replace('-', '_'),
    ]
    for (const other of others) expect(readUuid(other)).toBeUndefined()
  })

  it('comes back from its sixteen bytes, wherever they lie', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.nat({ max: 40 }), (uuid, start) => {
        const bytes = Buffer.alloc(start + 16 + 5, 0xee)
        writeUuid(bytes, start, uuid)
        expect(uuidFromBytes(bytes, start)).toBe(uuid)
        expect(bytes.subarray(0, start).every((byte) => byte === 0xee)).toBe(true)
        expect(bytes.subarray(start + 16).every((byte) => byte === 0xee)).toBe(true)
        expect(bytes.toString('hex', start, start + 16)).toBe(uuid.replaceAll('-', ''))
      }),
    )
  })

  it('in lower case is found in bytes exactly where its text would be', () => {
    const edits = fc.tuple(fc.nat({ max: 35 }), fc.constantFrom('0', 'f', 'A', 'g', '-', '\0', 'é'))
    fc.assert(
      fc.property(
        fc.uuid(),
        edits,
        fc.nat({ max: 3 }),
        fc.nat({ max: 3 }),
        (uuid, [at, edit], before, after) => {
          const text = uuid.slice(0, at) + edit + uuid.slice(at + 1)
          const bytes = Buffer.from('-'.repeat(before) + text + '-'.repeat(after), 'latin1')
          expect(isLowerCaseUuidAt(bytes, before)).toBe(readUuid(text) === text)
          expect(isLowerCaseUuidAt(bytes, bytes.length - 35)).toBe(false)
        },
      ),
    )
  })
})
