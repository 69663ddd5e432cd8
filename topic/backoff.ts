const firstMs = 100
const maxMs = 5_000

/**
 * How long to wait before attempt number `attempt` (1, 2, 3…), in milliseconds: doubling from 0.1 s up to 5 s, half of
 * it by chance, so that processes that failed together do not come back together.
 */
export const backoffMs = (attempt: number, random: () => number = Math.random): number => {
  const full = Math.min(maxMs, firstMs * 2 ** (attempt - 1))
  return full / 2 + (full / 2) * random()
}
