import { type RecordedEvent, histories } from '@patterns/testing/eventHistories.ts'
import { recountCatalogue } from '@patterns/testing/recountCatalogue.ts'
import { recountWindows, rowKey } from '@patterns/testing/recountWindows.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CatalogueEntry, emptyEntry, mergeEntry } from './catalogue.ts'
import { type Deltas, foldEvent } from './fold.ts'
import type { ColumnValue, PlacedEvent } from './measure.ts'
import { granularities, windowStart } from './window.ts'
import { mergeWindow, windowColumns, type WindowState, zeroWindow } from './windowState.ts'

const place = (history: readonly RecordedEvent[]): PlacedEvent[] =>
  history.map(({ event, recordedAt }, i) => ({ event, position: i + 1, recordedAt }))

const foldAll = (events: readonly PlacedEvent[]): Deltas => {
  const deltas: Deltas = new Map()
  for (const placed of events) foldEvent(deltas, placed)
  return deltas
}

const columnsOf = (state: WindowState) =>
  Object.fromEntries(windowColumns.map((column) => [column.name, column.get(state)]))

/** The rows and entries that batches of deltas make when they are merged one after the other. */
const project = (batches: readonly Deltas[]) => {
  const windows = new Map<string, WindowState>()
  const entries = new Map<string, CatalogueEntry>()
  for (const deltas of batches) {
    for (const [patternId, { entry, hours }] of deltas) {
      const known = entries.get(patternId) ?? emptyEntry()
      mergeEntry(known, entry)
      entries.set(patternId, known)
      for (const [hour, delta] of hours) {
        for (const granularity of granularities) {
          for (const owner of [patternId, null]) {
            const key = rowKey(granularity, owner, new Date(windowStart(hour, granularity)))
            const window = windows.get(key) ?? zeroWindow()
            mergeWindow(window, delta)
            windows.set(key, window)
          }
        }
      }
    }
  }
  const rows = new Map<string, Record<string, ColumnValue>>()
  for (const [key, state] of windows) rows.set(key, columnsOf(state))
  return { rows, entries }
}

/** A history, cut into batches, and the batches in another order. */
const cutHistories = fc
  .tuple(histories(60), fc.array(fc.nat({ max: 60 }), { maxLength: 6 }))
  .chain(([history, cuts]) => {
    const edges = [0, ...cuts.map((cut) => cut % (history.length + 1)), history.length].toSorted(
      (a, b) => a - b,
    )
    const placed = place(history)
    const batches = edges.slice(1).map((end, i) => placed.slice(edges[i], end))
    return fc.record({
      history: fc.constant(history),
      batches: fc.shuffledSubarray(batches, { minLength: batches.length }),
    })
  })

describe('folding a history', () => {
  it('gives the rows and entries that a recount from the definitions gives', () => {
    fc.assert(
      fc.property(histories(60), (history) => {
        const { rows, entries } = project([foldAll(place(history))])
        expect(rows).toEqual(recountWindows(history))
        expect(entries).toEqual(recountCatalogue(history))
      }),
    )
  })

  it('gives the same in any batches, merged in any order', () => {
    fc.assert(
      fc.property(cutHistories, ({ history, batches }) => {
        expect(project(batches.map(foldAll))).toEqual(project([foldAll(place(history))]))
      }),
    )
  })

  it('tells which events touch an hour for the first time', () => {
    fc.assert(
      fc.property(histories(60), (history) => {
        const deltas: Deltas = new Map()
        const isNew = place(history).map((placed) => foldEvent(deltas, placed))
        const hours = [...deltas.values()].reduce((sum, pattern) => sum + pattern.hours.size, 0)
        expect(isNew.filter(Boolean)).toHaveLength(hours)
      }),
    )
  })
})
