import { transaction } from '@patterns/shared/postgres/transaction.ts'
import type pg from 'pg'

/**
 * A partition of the segments holds those whose first position divided by this gives its number. One that is no longer
 * wanted goes by being dropped, so it is large; the migration that made the first one knows the number as well.
 */
const positionsPerPartition = 2 ** 24

/** A partition is made when the head is this near to where it begins: long before anything is written to it. */
const aheadBy = positionsPerPartition / 2

export interface SegmentPartitions {
  /** Makes sure that there is a partition for every position up to this one, and for some time beyond. */
  reach(position: number): Promise<void>
}

/** Partitions are without a gap, and each is named by the last of the numbers that it holds. */
const readLast = async (client: Pick<pg.ClientBase, 'query'>): Promise<number> => {
  const { rows } = await client.query<{ last: number }>(
    String.raw`select max(substring(relname from '\d+$')::int) as last
      from pg_inherits join pg_class on pg_class.oid = inhrelid where inhparent = 'event_log_segments'::regclass`,
  )
  return rows[0]!.last
}

/** Attached after it was made, which locks out neither readers nor writers of the others. */
const makePartition = async (client: pg.ClientBase, number: number): Promise<void> => {
  const name = `event_log_segments_${number}`
  const first = number * positionsPerPartition
  await client.query(`create table ${name} (like event_log_segments including all)`)
  await client.query(
    `alter table event_log_segments attach partition ${name} for values from (${first}) to (${first + positionsPerPartition})`,
  )
}

/** The partitions of `event_log_segments`, made by whoever writes, before they are needed. */
export const createSegmentPartitions = (pool: pg.Pool): SegmentPartitions => {
  // The migration made one, whose number is this or greater.
  let last = 0
  return {
    async reach(position) {
      const wanted = Math.floor((position + aheadBy) / positionsPerPartition)
      if (wanted <= last) return
      last = await readLast(pool)
      if (wanted <= last) return
      last = await transaction(pool, async (client) => {
        await client.query(`select pg_advisory_xact_lock(hashtext('event_log_segments'))`)
        let made = await readLast(client)
        while (made < wanted) await makePartition(client, ++made)
        return made
      })
    },
  }
}
