import { LRUCache } from 'lru-cache'
import { type Bucket, takeToken } from './rateLimit.ts'

/** How many wrong keys one address may bring at once, and so many more each minute. */
export const wrongKeysPerMinute = 30

/** Addresses that are remembered; the longest silent is forgotten. */
const maxAddresses = 10_000

/**
 * Counts wrong keys by address. Only those: an address can be a proxy or an office, and whoever guesses behind it must
 * not shut out the others. So a right key is not asked about here, and a guess is as good as its key is long.
 */
export interface KeyGuesses {
  /** Counts a wrong key. How long its address has to wait, in seconds, where it brought too many. */
  wrong(address: string): number | undefined
}

export const createKeyGuesses = (now: () => number = () => performance.now()): KeyGuesses => {
  const buckets = new LRUCache<string, Bucket>({ max: maxAddresses })
  return {
    wrong(address) {
      const decision = takeToken(buckets.get(address), wrongKeysPerMinute, now())
      if (!decision.ok) return decision.retryAfterSeconds
      buckets.set(address, decision.bucket)
      return undefined
    },
  }
}
