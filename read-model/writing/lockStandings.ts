import type { Queryable } from '@patterns/shared/postgres/queryable.ts'

/** An advisory lock for each version. Any number that nothing else takes. */
const lockClass = 0x5374_6e64

/** Whether the standings of a version are ours to write until the transaction ends, or somebody else is at it. */
export const tryLockStandings = async (client: Queryable, version: number): Promise<boolean> => {
  const { rows } = await client.query<{ is_ours: boolean }>({
    name: 'try_lock_standings',
    text: 'select pg_try_advisory_xact_lock($1, $2) as is_ours',
    values: [lockClass, version],
  })
  return rows[0]!.is_ours
}

/** Waits until nobody else writes the standings of a version, and keeps others from it until the transaction ends. */
export const lockStandings = async (client: Queryable, version: number): Promise<void> => {
  await client.query({ text: 'select pg_advisory_xact_lock($1, $2)', values: [lockClass, version] })
}
