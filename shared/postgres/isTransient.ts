/**
 * SQLSTATE classes that say "not now" instead of "never": connection, resources (disk full), operator
 * intervention (shutdown), system, rollback (serialization, deadlock).
 */
const transientClasses = new Set(['08', '53', '57', '58', '40'])
/**
 * Two more. 25P03: the transaction waited longer for its client than it may: we hung, and live again. 25006: the
 * server only reads, as a standby does until it is promoted.
 */
const transientCodes = new Set(['25P03', '25006'])

/** What Node and pg say of a connection that could not be made or was lost. */
const connectionFaults =
  /ECONN|ETIMEDOUT|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|ENETDOWN|EPIPE|ENOENT|ENOTFOUND|EAI_AGAIN|Connection terminated|not queryable|timeout exceeded when trying to connect|timeout expired/

/** Whether a failed statement may well succeed when it is tried again later. */
export const isTransient = (error: unknown): boolean => {
  if (!(error instanceof Error)) return false
  const code = (error as { code?: unknown }).code
  if (typeof code === 'string' && transientCodes.has(code)) return true
  if (typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && transientClasses.has(code.slice(0, 2)))
    return true
  if (error instanceof AggregateError) return error.errors.some(isTransient)
  return connectionFaults.test(`${String(code)} ${error.message}`)
}
