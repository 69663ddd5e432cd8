import { closedUntil } from '@patterns/projections/analytics/trendRange.ts'
import { floorHour, previousRange, type RangeRequest, resolveRange } from '../values/range.ts'
import { before } from '../values/duration.ts'
import { refused, type Resolved, resolved } from '../values/resolved.ts'
import type { Spans } from './emergences.ts'

/**
 * The closed hours of a range, and as many before them. The hours that still run are left out: half an hour
 * of this one against a whole hour then would make everything decline.
 */
export const closedSpans = (
  request: RangeRequest,
  { now, defaultRange }: { readonly now: number; readonly defaultRange: string },
): Resolved<Spans> => {
  const asked = resolveRange(request, { now, defaultRange })
  if (!asked.ok) return asked
  const closed = closedUntil('hour', now)
  const isNamed = request.from === undefined
  const current = isNamed
    ? { from: floorHour(closed - (now - before(now, request.time_range ?? defaultRange))), to: closed }
    : { from: asked.value.from, to: Math.min(asked.value.to, closed) }
  if (current.from >= current.to)
    return refused(
      isNamed ? 'time_range' : 'from',
      'no hour of this range has closed yet, which is an hour after its end',
    )
  return resolved({ current, previous: previousRange(current) })
}
