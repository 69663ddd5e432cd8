import { type RecordedEvent, histories } from '@patterns/testing/eventHistories.ts'
import { recountCatalogue } from '@patterns/testing/recountCatalogue.ts'
import type { PatternEvent } from '@patterns/shared/contract/patternEvent.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addToEntry, type CatalogueEntry, emptyEntry, mergeEntry } from './catalogue.ts'

const patternId = '0197a3b4-0000-7000-8000-000000000001'
const ofOnePattern = histories(30).map((history) =>
  history.map(({ event, recordedAt }) => ({ event: { ...event, patternId, isTest: false }, recordedAt })),
)

const entryOf = (history: readonly RecordedEvent[]): CatalogueEntry => {
  const entry = emptyEntry()
  for (const [i, { event }] of history.entries()) addToEntry(entry, event, i + 1)
  return entry
}

const merged = (...entries: CatalogueEntry[]): CatalogueEntry => {
  const into = emptyEntry()
  for (const entry of entries) mergeEntry(into, entry)
  return into
}

const used = (eventId: string, occurredAt: number, patternName: string | undefined): PatternEvent => ({
  eventId,
  type: 'pattern.used',
  isTest: false,
  patternId,
  occurredAt,
  patternName,
  patternType: undefined,
  outcome: 'success',
  qualityMillionths: undefined,
  executionTimeMs: undefined,
  registration: undefined,
})

const nameAfter = (...events: PatternEvent[]): string | undefined => {
  const entry = emptyEntry()
  for (const event of events) addToEntry(entry, event, 1)
  return entry.patternName?.value
}

describe('the name of a pattern', () => {
  it('is the latest by event time, in whatever order it is reported', () => {
    const early = used('00000000-0000-4000-8000-000000000009', 1_000, 'early')
    const late = used('00000000-0000-4000-8000-000000000001', 2_000, 'late')
    expect(nameAfter(early, late)).toBe('late')
    expect(nameAfter(late, early)).toBe('late')
  })

  it('is that of the greater event id if two are of the same instant', () => {
    const lesser = used('00000000-0000-4000-8000-000000000001', 1_000, 'lesser')
    const greater = used('00000000-0000-4000-8000-000000000002', 1_000, 'greater')
    expect(nameAfter(lesser, greater)).toBe('greater')
    expect(nameAfter(greater, lesser)).toBe('greater')
  })

  it('stays if later events do not say one', () => {
    const named = used('00000000-0000-4000-8000-000000000001', 1_000, 'named')
    const silent = used('00000000-0000-4000-8000-000000000002', 2_000, undefined)
    expect(nameAfter(named, silent)).toBe('named')
    expect(nameAfter(silent)).toBeUndefined()
  })
})

describe('the entry of a pattern', () => {
  it('holds the latest word of each field and the range of times that it was seen at', () => {
    fc.assert(
      fc.property(
        ofOnePattern.filter((history) => history.length > 0),
        (history) => {
          expect(entryOf(history)).toEqual(recountCatalogue(history).get(patternId))
        },
      ),
    )
  })

  it('was last used at its last use: being registered or assessed is none', () => {
    const assessed: PatternEvent = {
      ...used('00000000-0000-4000-8000-000000000002', 2_000, undefined),
      type: 'pattern.quality_assessed',
      outcome: undefined,
    }
    const entry = emptyEntry()
    addToEntry(entry, assessed, 1)
    expect(entry).toMatchObject({ lastSeen: 2_000, lastUsed: null })
    addToEntry(entry, used('00000000-0000-4000-8000-000000000001', 1_000, undefined), 2)
    expect(entry).toMatchObject({ firstSeen: 1_000, lastSeen: 2_000, lastUsed: 1_000, lastPosition: 2 })
  })

  it('merges the same in any grouping and order, and nothing changes nothing', () => {
    fc.assert(
      fc.property(ofOnePattern, ofOnePattern, ofOnePattern, (a, b, c) => {
        const [x, y, z] = [entryOf(a), entryOf(b), entryOf(c)]
        expect(merged(merged(x, y), z)).toEqual(merged(x, merged(y, z)))
        expect(merged(x, y)).toEqual(merged(y, x))
        expect(merged(x, emptyEntry())).toEqual(x)
        expect(merged(emptyEntry(), x)).toEqual(x)
        expect(merged(x, x)).toEqual(x)
      }),
    )
  })

  it('is the same whether events are added to it or reported apart and merged', () => {
    fc.assert(
      fc.property(ofOnePattern, fc.nat(), (history, at) => {
        const cut = at % (history.length + 1)
        const rest = emptyEntry()
        for (const [i, { event }] of history.slice(cut).entries()) addToEntry(rest, event, cut + i + 1)
        expect(merged(entryOf(history.slice(0, cut)), rest)).toEqual(entryOf(history))
      }),
    )
  })
})
