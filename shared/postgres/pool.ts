import pg from 'pg'
import { breakWhenSilent } from './silence.ts'
import { patient, type TimeLimits } from './timeLimits.ts'

const int8 = 20
const numeric = 1700

/**
 * How values come back, chosen once: `bigint` as a number (every one of ours is below 2^53),
 * `numeric` as a bigint (ours are integer sums that may pass 2^53), `timestamptz` as a Date.
 */
const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text') => {
    if (oid === int8) return Number
    if (oid === numeric) return BigInt
    return pg.types.getTypeParser(oid, format)
  }) as pg.CustomTypesConfig['getTypeParser'],
}

// Else a Date is sent in the machine's own zone, whose old offsets have seconds that are cut off on the way.
pg.defaults.parseInputDatesAsUTC = true

export interface PoolOptions {
  readonly connectionString: string
  /** Seen in pg_stat_activity. */
  readonly applicationName: string
  /** Most connections at once. */
  readonly max?: number
  /** How long what may take; default `patient`. */
  readonly limits?: TimeLimits
  /**
   * The longest that a transaction waits for its client; for readers, which lock nothing, there is no limit by
   * default. One that hangs with rows locked would keep those who take over from it waiting for as long as its
   * connection stands.
   */
  readonly transactionIdleTimeoutMs?: number
  /** What every connection runs as. `reader` can select and nothing else. */
  readonly access?: 'owner' | 'reader'
  /**
   * Sends a query without waiting for the answer to the one before, on the same connection. For those who
   * issue several at once; a failed one aborts the rest of its transaction.
   */
  readonly pipeline?: boolean
  /** Told of a connection that broke while idle; the pool replaces it by itself. */
  readonly onIdleError: (error: Error) => void
}

/** A connection that breaks says so to the query under way, or to the next one; unheard, it would end the process. */
const ignoreError = (): void => {}

/** Idle connections are of the time before: if one of theirs fell silent, so have they, most likely. */
const dropIdle = (pool: pg.Pool): void => {
  for (let idle = pool.idleCount; idle > 0; idle--) {
    const drop = (client: pg.PoolClient): void => {
      // The other side may be gone: no good-bye.
      client.connection.stream.destroy()
      client.release(true)
    }
    pool.connect().then(drop, ignoreError)
  }
}

/** A pool whose connections all read values and rights in the same way, and fail in time. */
export const createPool = ({
  connectionString,
  applicationName,
  max = 10,
  limits: { statementMs, silenceMs, connectMs, queueMs } = patient,
  access = 'owner',
  transactionIdleTimeoutMs = access === 'owner' ? 5_000 : 0,
  pipeline = false,
  onIdleError,
}: PoolOptions): pg.Pool => {
  const settings = [
    `-c statement_timeout=${statementMs}`,
    `-c idle_in_transaction_session_timeout=${transactionIdleTimeoutMs}`,
    '-c timezone=UTC',
  ]
  if (access === 'reader')
    settings.push(
      '-c role=pattern_dashboard_reader',
      '-c default_transaction_read_only=on',
      // A reader's statements find rows by key whatever their parameters. Postgres takes the plan for arrays of
      // any length to be dear, and so plans each read again: longer than the read itself.
      '-c plan_cache_mode=force_generic_plan',
      // For the same reason it would compile them.
      '-c jit=off',
    )
  const pool = new pg.Pool({
    connectionString,
    application_name: applicationName,
    max,
    options: settings.join(' '),
    // What pg's pool calls so is how long a caller waits, in its queue as well.
    connectionTimeoutMillis: queueMs,
    Client: class extends pg.Client {
      constructor(config?: pg.ClientConfig) {
        super({ ...config, connectionTimeoutMillis: connectMs })
      }
    },
    keepAlive: true,
    // Ten probes, a second apart, follow: a machine that is gone is noticed after 20 s, also while nothing is asked.
    keepAliveInitialDelayMillis: 10_000,
    pipeline,
    types,
  })
  pool.on('error', onIdleError)
  pool.on('connect', (client: pg.PoolClient) => {
    client.on('error', ignoreError)
    if (silenceMs > 0) breakWhenSilent(client, silenceMs, () => dropIdle(pool))
  })
  return pool
}
