import type { NewEvent, SoughtEvents } from './eventLog.ts'

/** Whether an event is one of those that are looked for. */
export const isSought = (
  { patternId, outcome, isTest }: NewEvent['event'],
  occurredAt: number,
  sought: SoughtEvents,
): boolean => {
  const { from = -Infinity, to = Infinity } = sought.span
  return (
    patternId === sought.patternId &&
    !isTest &&
    (sought.outcome === undefined || outcome === sought.outcome) &&
    occurredAt >= from &&
    occurredAt < to
  )
}
