import { LRUCache } from 'lru-cache'
import { type TokenBucket, takeToken } from './rateLimit.ts'

/** How many wrong keys one address may send at once, and how many more each minute. */
export const wrongKeysPerMinute = 30

/** Addresses that are remembered; the one that was silent longest is forgotten first. */
const maxAddresses = 10_000

/**
 * Counts wrong keys by address, and only wrong ones: an address can be a proxy or an office, and one who guesses behind
 * it must not shut out the others. What protects a key from guessing is its length.
 */
export interface KeyGuesses {
  /** Counts a wrong key. Returns how long its address has to wait, in seconds, if it sent too many. */
  wrong(address: string): number | undefined
}

export const createKeyGuesses = (now: () => number = () => performance.now()): KeyGuesses => {
  const buckets = new LRUCache<string, TokenBucket>({ max: maxAddresses })
  return {
    wrong(address) {
      const decision = takeToken(buckets.get(address), wrongKeysPerMinute, now())
      if (!decision.ok) return decision.retryAfterSeconds
      buckets.set(address, decision.bucket)
      return undefined
    },
  }
}
