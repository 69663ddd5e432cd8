/**
 * SQLSTATE classes that say "not now" instead of "never": connection, resources (disk full), operator
 * intervention (shutdown), system, rollback (serialization, deadlock).
 */
const transientClasses = new Set(['08', '53', '57', '58', '40'])
/** The transaction waited longer for its client than it may: we hung, and live again. */
const idleInTransaction = '25P03'

/** What Node and pg say of a connection that could not be made or was lost. */
const connectionFaults =
  /ECONN|ETIMEDOUT|EPIPE|ENOENT|ENOTFOUND|EAI_AGAIN|Connection terminated|not queryable|timeout exceeded when trying to connect/

/** Whether a failed statement may well succeed when it is tried again later. */
export const isTransient = (error: unknown): boolean => {
  if (!(error instanceof Error)) return false
  const code = (error as { code?: unknown }).code
  if (code === idleInTransaction) return true
  if (typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && transientClasses.has(code.slice(0, 2)))
    return true
  if (error instanceof AggregateError) return error.errors.some(isTransient)
  return connectionFaults.test(`${String(code)} ${error.message}`)
}
