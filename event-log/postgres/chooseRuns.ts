/** What is looked at of a segment to decide what it is merged with. */
export interface Extent {
  readonly first_position: number
  readonly event_count: number
  /** The minute in which it was appended. */
  readonly minute: number
}

/**
 * What merged segments hold at most. Payloads of four times as many are 7 % smaller, but whoever wants one event
 * unpacks a whole segment, and the events behind a number lie in as many segments as there are of them.
 */
const targetEvents = 128
const smallEvents = targetEvents / 2

/**
 * The runs of two or more small neighbours of one minute that fit into one segment together. Those of different minutes
 * are never merged: what the log had taken by any full minute stays as exact as it was.
 */
export const chooseRuns = (segments: readonly Extent[]): (readonly Extent[])[] => {
  const runs: Extent[][] = []
  let run: Extent[] = []
  let events = 0
  for (const segment of segments) {
    const before = run.at(-1)
    const joins =
      before !== undefined &&
      segment.event_count < smallEvents &&
      segment.minute === before.minute &&
      segment.first_position === before.first_position + before.event_count &&
      events + segment.event_count <= targetEvents
    if (!joins) {
      runs.push(run)
      run = []
      events = 0
    }
    if (segment.event_count < smallEvents) run.push(segment)
    events += segment.event_count
  }
  runs.push(run)
  return runs.filter(({ length }) => length > 1)
}
