import { writeUuid } from '@patterns/shared/contract/uuid.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createDuplicateIndex } from './duplicateIndex.ts'

const bytesOf = (uuid: string): Uint8Array => {
  const bytes = new Uint8Array(16)
  writeUuid(bytes, 0, uuid)
  return bytes
}

/** Few ids, of which many lie close together in the table. */
const ids = fc
  .integer({ min: 0, max: 40 })
  .map((id) => `00000000-0000-4000-8000-${id.toString(16).padStart(12, '0')}`)

const commands = fc.array(
  fc.record({
    command: fc.constantFrom('add', 'add', 'add', 'add', 'find', 'find', 'forget' as const),
    id: fc.oneof(ids, fc.uuid()),
    count: fc.nat(40),
  }),
  { maxLength: 200, size: 'max' },
)

describe('the index of duplicates', () => {
  it('knows just the ids of the last events, as far as its horizon, and where they lie', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 1, max: 1_000 }),
        commands,
        (horizon, firstPosition, all) => {
          const index = createDuplicateIndex(horizon)
          const added: string[] = []
          /** The last position that an addition pushed out of the horizon. */
          let pushedOut = 0
          for (const { command, id, count } of all) {
            if (command === 'add') {
              index.add(firstPosition + added.length, bytesOf(id), 0)
              added.push(id)
              pushedOut = Math.max(pushedOut, firstPosition + added.length - 1 - horizon)
              continue
            }
            if (command === 'forget') {
              added.splice(Math.max(0, added.length - count))
              const last = firstPosition + added.length - 1
              index.forgetAfter(last)
              pushedOut = Math.min(pushedOut, last)
              continue
            }
            const found = index.find(bytesOf(id), 0)
            const known = added
              .map((its, i) => ({ id: its, position: firstPosition + i }))
              .filter((entry) => entry.id === id && entry.position > pushedOut)
              .map((entry) => entry.position)
            expect(known.length === 0 ? [0] : known).toContain(found)
          }
        },
      ),
      { numRuns: 250 },
    )
  })

  it('finds nothing while it is empty', () => {
    expect(createDuplicateIndex(10).find(bytesOf('00000000-0000-4000-8000-000000000001'), 0)).toBe(0)
  })

  it('reads ids wherever they lie in a page', () => {
    const page = new Uint8Array(48)
    const all = [1, 2, 3].map((id) => `00000000-0000-4000-8000-00000000000${id}`)
    for (const [i, id] of all.entries()) writeUuid(page, i * 16, id)
    const index = createDuplicateIndex(10)
    for (let i = 0; i < 3; i++) index.add(7 + i, page, i * 16)
    expect(all.map((id) => index.find(bytesOf(id), 0))).toEqual([7, 8, 9])
    expect([0, 16, 32].map((start) => index.find(page, start))).toEqual([7, 8, 9])
  })

  /** Ids of which only these digits count up, as some producers make them. */
  const counters: [string, (id: number) => string][] = [
    ['the first digits', (id) => `${id.toString(16).padStart(8, '0')}-0000-4000-8000-000000000000`],
    [
      'the second group',
      (id) => `00000000-${(id % 65_536).toString(16).padStart(4, '0')}-4000-8000-00000000000${id >> 16}`,
    ],
    [
      'the middle',
      (id) =>
        `00000000-0000-4000-8${(id >> 16).toString(16).padStart(3, '0')}-${(id % 65_536).toString(16).padStart(4, '0')}00000000`,
    ],
    ['the last digits', (id) => `00000000-0000-4000-8000-${id.toString(16).padStart(12, '0')}`],
  ]

  it.each(counters)('stays fast with ids that differ in %s alone, past its horizon too', (_where, idOf) => {
    const index = createDuplicateIndex(20_000)
    const id = new Uint8Array(16)
    let missed = 0
    for (let position = 1; position <= 60_000; position++) {
      writeUuid(id, 0, idOf(position))
      if (index.find(id, 0) !== 0) missed++
      index.add(position, id, 0)
      if (index.find(id, 0) !== position) missed++
    }
    for (let position = 1; position <= 60_000; position++) {
      writeUuid(id, 0, idOf(position))
      if (index.find(id, 0) !== (position > 40_000 ? position : 0)) missed++
    }
    expect(missed).toBe(0)
  })
})
