import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { assignPartitions, type MemberClaim } from './assignPartitions.ts'

const claim = (memberId: string, held: number[], generation = 1): MemberClaim => ({
  memberId,
  held,
  generation,
})
const range = (count: number) => Array.from({ length: count }, (_, partition) => partition)

const groups = fc.record({
  count: fc.nat(24),
  claims: fc.uniqueArray(
    fc.record({
      memberId: fc.string({ minLength: 1, maxLength: 4 }),
      held: fc.uniqueArray(fc.nat(30)),
      generation: fc.integer({ min: -1, max: 5 }),
    }),
    { minLength: 1, maxLength: 6, selector: ({ memberId }) => memberId },
  ),
})

/** What members hold once they have followed an assignment: what they had and were left, and what was new. */
const follow = (assignment: Map<string, number[]>) =>
  [...assignment].map(([memberId, held]) => claim(memberId, held, 9))

describe('assignPartitions', () => {
  it('gives all to a single member', () => {
    expect(assignPartitions(range(4), [claim('a', [])]).get('a')).toEqual([0, 1, 2, 3])
  })

  it('lets a holder give up its surplus before anybody else gets it', () => {
    const first = assignPartitions(range(4), [claim('a', [0, 1, 2, 3]), claim('b', [])])
    expect([...first]).toEqual([
      ['a', [0, 1]],
      ['b', []],
    ])
    expect([...assignPartitions(range(4), follow(first))]).toEqual([
      ['a', [0, 1]],
      ['b', [2, 3]],
    ])
  })

  it('believes the newer of two claims', () => {
    const assignment = assignPartitions(range(1), [claim('a', [0], 3), claim('b', [0], 4)])
    expect(assignment.get('b')).toEqual([0])
  })

  it('gives no partition to two members, nor to one that another still holds', () => {
    fc.assert(
      fc.property(groups, ({ count, claims }) => {
        const assignment = assignPartitions(range(count), claims)
        const given = [...assignment.values()].flat()
        expect(new Set(given).size).toBe(given.length)
        expect(given.every((partition) => partition < count)).toBe(true)
        for (const [memberId, partitions] of assignment) {
          for (const partition of partitions) {
            const generationOf = (id: string) =>
              claims.find((c) => c.memberId === id && c.held.includes(partition))?.generation ?? -Infinity
            const newest = Math.max(...claims.map((c) => generationOf(c.memberId)))
            expect(generationOf(memberId)).toBe(newest)
          }
        }
      }),
    )
  })

  it('is balanced and complete after the second round, and moves nothing in the third', () => {
    fc.assert(
      fc.property(groups, ({ count, claims }) => {
        const partitions = range(count)
        const second = assignPartitions(partitions, follow(assignPartitions(partitions, claims)))
        expect([...second.values()].flat().toSorted((a, b) => a - b)).toEqual(partitions)
        const sizes = [...second.values()].map((held) => held.length)
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1)
        const third = assignPartitions(partitions, follow(second))
        for (const [memberId, held] of third) expect(new Set(held)).toEqual(new Set(second.get(memberId)))
      }),
    )
  })
})
