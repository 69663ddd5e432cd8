import type { PatternEvent } from '@patterns/shared/contract/patternEvent.ts'

/** An event at its place in a shard's log: all that a projection may look at. */
export interface PlacedEvent {
  readonly event: PatternEvent
  readonly position: number
  /** When it came into the topic, epoch milliseconds. */
  readonly recordedAt: number
}

/** What a column can hold. Every state is integers; histograms are compact bytes. */
export type ColumnType = 'int8' | 'numeric' | 'bytea'
export type ColumnValue = number | bigint | Buffer | null

/** One column of the window tables: how it is read from a measure's state and put back. */
export interface Column<State> {
  readonly name: string
  readonly type: ColumnType
  get(state: State): ColumnValue
  set(state: State, value: ColumnValue): void
}

/**
 * One thing that is counted about a window. States are mutable and mergeable: `merge` is
 * associative and commutative with `zero()`, and a state that was written to its columns and
 * read back is the same state. That is what makes any batching, and any rebuild, give the same rows.
 */
export interface Measure<State> {
  zero(): State
  add(state: State, placed: PlacedEvent): void
  merge(into: State, from: State): void
  readonly columns: readonly Column<State>[]
}
