/** A database that answers slower than this counts as not there. */
const maxProbeMs = 2_000

/** Does what needs the database. Answers the milliseconds, or null if it failed or took too long. */
export const probe = async (read: () => Promise<unknown>, maxMs = maxProbeMs): Promise<number | null> => {
  const began = performance.now()
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('No answer in time')), maxMs)
  })
  try {
    await Promise.race([read(), late])
    return performance.now() - began
  } catch {
    return null
  } finally {
    clearTimeout(timer)
  }
}
