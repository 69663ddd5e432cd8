import { refreshStandings } from '@patterns/processor/standings/refreshStandings.ts'
import { notifyStandings } from '@patterns/read-model/writing/notifyStandings.ts'
import type pg from 'pg'

/** Brings the standings up to the windows and tells readers, as the processor would have by `now` (epoch ms). */
export const seedStandings = async (pool: pg.Pool, now: number): Promise<void> => {
  let outcome: string
  do ({ outcome } = await refreshStandings(pool, now))
  while (outcome !== 'current')
  await notifyStandings(pool)
}
