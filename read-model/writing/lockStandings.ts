import type { Queryable } from '@patterns/shared/postgres/queryable.ts'

/** An advisory lock for each version. Any number that nothing else takes. */
const lockClass = 0x5374_6e64

/** Locks the standings of a version until the transaction ends. `false` if another transaction has the lock. */
export const tryLockStandings = async (client: Queryable, version: number): Promise<boolean> => {
  const { rows } = await client.query<{ is_ours: boolean }>({
    name: 'try_lock_standings',
    text: 'select pg_try_advisory_xact_lock($1, $2) as is_ours',
    values: [lockClass, version],
  })
  return rows[0]!.is_ours
}

/** Locks the standings of a version until the transaction ends; waits if another transaction has the lock. */
export const lockStandings = async (client: Queryable, version: number): Promise<void> => {
  await client.query({ text: 'select pg_advisory_xact_lock($1, $2)', values: [lockClass, version] })
}
