import type { Outcome } from '@patterns/shared/contract/patternEvent.ts'
import type { Column, Measure } from '../measure.ts'

/** How often a pattern was used, and with which outcome. `uses` is the sum of the four. */
export interface Outcomes {
  uses: number
  successes: number
  partial_successes: number
  failures: number
  errors: number
}

const counterOf: Readonly<Record<Outcome, Exclude<keyof Outcomes, 'uses'>>> = {
  success: 'successes',
  partial_success: 'partial_successes',
  failure: 'failures',
  error: 'errors',
}

const counter = (name: keyof Outcomes): Column<Outcomes> => ({
  name,
  type: 'int8',
  get: (state) => state[name],
  set: (state, value) => {
    state[name] = value as number
  },
})

export const outcomes: Measure<Outcomes> = {
  zero: () => ({ uses: 0, successes: 0, partial_successes: 0, failures: 0, errors: 0 }),
  add(state, { event }) {
    if (event.outcome === undefined) return
    state.uses++
    state[counterOf[event.outcome]]++
  },
  merge(into, from) {
    into.uses += from.uses
    into.successes += from.successes
    into.partial_successes += from.partial_successes
    into.failures += from.failures
    into.errors += from.errors
  },
  columns: ['uses', 'successes', 'partial_successes', 'failures', 'errors'].map((name) =>
    counter(name as keyof Outcomes),
  ),
}
