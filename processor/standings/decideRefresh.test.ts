import { windowMs } from '@patterns/projections/window.ts'
import { describe, expect, it } from 'vitest'
import { decideRefresh } from './decideRefresh.ts'

const { hour } = windowMs
const at = (text: string): number => Date.parse(`2026-04-08T${text}Z`)
const vector = (...positions: number[]) => new Map(positions.map((position, shard) => [shard, position]))

/** As of 10:30, when the hours until 09:00 are closed. */
const known = { vector: vector(5, 7), closedUntil: at('09:00') }
const now = at('10:30')

describe('standings', () => {
  it('are left alone if neither a window nor the hour has changed', () => {
    expect(decideRefresh(vector(5, 7), known, now)).toBeUndefined()
    expect(decideRefresh(vector(5, 7), known, at('10:59:59.999'))).toBeUndefined()
    expect(decideRefresh(new Map(), undefined, now)).toBeUndefined()
  })

  it('are carried on by new events, also of a new shard, and by hours that closed', () => {
    const carryOn = (closedUntil: number) => ({ kind: 'carryOn', closedUntil })
    expect(decideRefresh(vector(5, 8), known, now)).toEqual(carryOn(at('09:00')))
    expect(decideRefresh(vector(5, 7, 0), known, now)).toEqual(carryOn(at('09:00')))
    expect(decideRefresh(vector(5, 7), known, at('11:00'))).toEqual(carryOn(at('10:00')))
    expect(decideRefresh(vector(5, 7), known, now + 6 * hour)).toEqual(carryOn(at('09:00') + 6 * hour))
  })

  it('are counted again if nothing is known, or too much has happened', () => {
    const recount = (closedUntil: number) => ({ kind: 'recount', closedUntil })
    expect(decideRefresh(vector(5), undefined, now)).toEqual(recount(at('09:00')))
    expect(decideRefresh(vector(5, 7), known, now + 7 * hour)).toEqual(recount(at('09:00') + 7 * hour))
  })

  it('are counted again if the windows of a shard were begun again or are gone', () => {
    const recount = { kind: 'recount', closedUntil: at('09:00') }
    expect(decideRefresh(vector(5, 6), known, now)).toEqual(recount)
    expect(decideRefresh(vector(5), known, now)).toEqual(recount)
    expect(decideRefresh(new Map(), known, now)).toEqual(recount)
    expect(decideRefresh(vector(5), { ...known, vector: vector(5, 0) }, now)).toEqual(recount)
  })

  it('stay at their hour for a clock that is a little behind, and follow one that was set back', () => {
    expect(decideRefresh(vector(5, 7), known, at('09:59:59.999'))).toBeUndefined()
    expect(decideRefresh(vector(5, 8), known, at('09:00'))).toEqual({
      kind: 'carryOn',
      closedUntil: at('09:00'),
    })
    expect(decideRefresh(vector(5, 7), known, at('08:59:59.999'))).toEqual({
      kind: 'recount',
      closedUntil: at('07:00'),
    })
  })
})
