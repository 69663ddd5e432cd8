import { histories } from '@patterns/testing/eventHistories.ts'
import { recountWindows } from '@patterns/testing/recountWindows.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Measure, PlacedEvent } from './measure.ts'
import { recordTimes } from './measures/recordTimes.ts'
import { duration } from './measures/duration.ts'
import { outcomes } from './measures/outcomes.ts'
import { positions } from './measures/positions.ts'
import { quality } from './measures/quality.ts'
import { addToWindow, mergeWindow, windowColumns, type WindowState, zeroWindow } from './windowState.ts'

/** Events at their positions in a shard's log. */
const placedEvents: fc.Arbitrary<PlacedEvent[]> = histories(40).map((history) =>
  history.map(({ event, recordedAt }, i) => ({ event, position: i + 1, recordedAt })),
)

/** A whole window's state as if it were one measure: the same laws hold of both. */
const window: Measure<WindowState> = {
  zero: zeroWindow,
  add: addToWindow,
  merge: mergeWindow,
  columns: windowColumns,
}

const laws: [string, Measure<unknown>][] = Object.entries({
  outcomes,
  quality,
  duration,
  recordTimes,
  positions,
  window,
}).map(([name, measure]) => [name, measure as Measure<unknown>])

describe.each(laws)('%s', (_name, measure) => {
  const fold = (events: readonly PlacedEvent[]): unknown => {
    const state = measure.zero()
    for (const event of events) measure.add(state, event)
    return state
  }
  const merged = (...states: unknown[]): unknown => {
    const into = measure.zero()
    for (const state of states) measure.merge(into, state)
    return into
  }
  /** A copy, since merging changes its first argument. */
  const copy = (state: unknown): unknown => structuredClone(state)

  it('merges the same in any grouping', () => {
    fc.assert(
      fc.property(placedEvents, placedEvents, placedEvents, (a, b, c) => {
        const [x, y, z] = [fold(a), fold(b), fold(c)]
        const left = copy(x)
        measure.merge(left, y)
        measure.merge(left, z)
        const right = copy(y)
        measure.merge(right, z)
        const whole = copy(x)
        measure.merge(whole, right)
        expect(whole).toEqual(left)
      }),
    )
  })

  it('merges the same in any order', () => {
    fc.assert(
      fc.property(placedEvents, placedEvents, (a, b) => {
        expect(merged(fold(a), fold(b))).toEqual(merged(fold(b), fold(a)))
      }),
    )
  })

  it('is unchanged by merging nothing, from either side', () => {
    fc.assert(
      fc.property(placedEvents, (events) => {
        const state = fold(events)
        const before = copy(state)
        measure.merge(state, measure.zero())
        expect(state).toEqual(before)
        expect(merged(state)).toEqual(before)
      }),
    )
  })

  it('is the same whether events are added to it or counted apart and merged', () => {
    fc.assert(
      fc.property(placedEvents, fc.nat(), (events, at) => {
        const cut = at % (events.length + 1)
        expect(merged(fold(events.slice(0, cut)), fold(events.slice(cut)))).toEqual(fold(events))
      }),
    )
  })

  it('does not change what is merged into another', () => {
    fc.assert(
      fc.property(placedEvents, placedEvents, (a, b) => {
        const from = fold(b)
        const before = copy(from)
        const into = fold(a)
        measure.merge(into, from)
        measure.merge(into, from)
        expect(from).toEqual(before)
      }),
    )
  })

  it('is read back from its columns as it was written', () => {
    fc.assert(
      fc.property(placedEvents, placedEvents, (a, b) => {
        const state = merged(fold(a), fold(b))
        const read = measure.zero()
        for (const column of measure.columns) {
          column.set(read, column.get(state))
        }
        for (const column of measure.columns) {
          expect(column.get(read)).toEqual(column.get(state))
        }
        // And it goes on counting as the one that was never written.
        const more = fold(b)
        measure.merge(read, more)
        measure.merge(state, more)
        for (const column of measure.columns) {
          expect(column.get(read)).toEqual(column.get(state))
        }
      }),
    )
  })
})

describe('a window', () => {
  it('has columns with names of their own, of types that can hold them', () => {
    const names = windowColumns.map((column) => column.name)
    expect(new Set(names).size).toBe(names.length)
    const zero = zeroWindow()
    for (const column of windowColumns) {
      const empty = column.get(zero)
      expect(empty === null || typeof empty === (column.type === 'numeric' ? 'bigint' : 'number')).toBe(true)
    }
  })

  it('counts what a recount from the definitions counts', () => {
    fc.assert(
      fc.property(placedEvents, (events) => {
        // One instant for all, so that they fall into one window of each granularity.
        const occurredAt = Date.UTC(2026, 0, 4, 20, 30)
        const together = events.map((placed) => ({
          ...placed,
          event: { ...placed.event, occurredAt, isTest: false },
        }))
        const state = zeroWindow()
        for (const placed of together) addToWindow(state, placed)
        const history = together.map(({ event, recordedAt }) => ({ event, recordedAt }))
        const row = Object.fromEntries(windowColumns.map((column) => [column.name, column.get(state)]))
        const recounted = recountWindows(history).get('hour/total/2026-01-04T20:00:00.000Z')
        expect(recounted ?? row).toEqual(row)
      }),
    )
  })
})
