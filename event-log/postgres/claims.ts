import { int8Array, uuidArray } from '@patterns/shared/postgres/binaryArray.ts'
import type pg from 'pg'
import type { EventPlace, EventClaim } from '../patternHomes.ts'

const uniqueViolation = '23505'

/** Whether a statement failed because an id that it claims is claimed already. */
export const isClaimed = (error: unknown): boolean => {
  const { code, constraint } = error as { code?: unknown; constraint?: unknown }
  return code === uniqueViolation && constraint === 'claimed_events_pkey'
}

/** Claims the ids of events that are in the log of a shard; the first event that has an id keeps it. */
export const claimLogged = async (
  database: Pick<pg.Pool, 'query'>,
  shard: number,
  events: readonly EventClaim[],
): Promise<void> => {
  if (events.length === 0) return
  await database.query({
    name: 'claim_logged',
    text: `
insert into claimed_events (event_id, shard, position)
select event_id, $1, position from unnest($2::uuid[], $3::int8[]) as event(event_id, position)
order by event_id, position
on conflict do nothing`,
    values: [
      shard,
      uuidArray(events.map(({ eventId }) => eventId)),
      int8Array(events.map(({ position }) => position)),
    ],
  })
}

/** Where the events with these ids lie, as far as they are claimed. */
export const findClaims = async (
  pool: pg.Pool,
  eventIds: readonly string[],
): Promise<Map<string, EventPlace>> => {
  const { rows } = await pool.query<EventPlace & { readonly event_id: string }>({
    name: 'find_claims',
    text: 'select event_id, shard, position from claimed_events where event_id = any($1::uuid[])',
    values: [uuidArray(eventIds)],
  })
  return new Map(rows.map(({ event_id, shard, position }) => [event_id, { shard, position }]))
}
