import { historyMs } from './character.ts'
import type { History } from './historyState.ts'

export interface HistoryDecision {
  /** What is still to be published before live traffic begins; `undefined` if nothing is. */
  readonly history: History | undefined
  /** When the patterns' characters began. */
  readonly epoch: number
}

/**
 * Whether a topic gets a history. An empty one does, whatever is remembered of an earlier topic of the same
 * name; one whose history broke off gets the rest; any other has its past already.
 */
export const decideHistory = ({
  remembered,
  isTopicEmpty,
  seed,
  now,
}: {
  readonly remembered: History | undefined
  readonly isTopicEmpty: boolean
  readonly seed: string
  /** Epoch milliseconds. */
  readonly now: number
}): HistoryDecision => {
  if (isTopicEmpty) {
    const from = now - historyMs
    return { history: { seed, from, to: now, sent: 0, isComplete: false }, epoch: from }
  }
  if (remembered === undefined) return { history: undefined, epoch: now - historyMs }
  return { history: remembered.isComplete ? undefined : remembered, epoch: remembered.from }
}
