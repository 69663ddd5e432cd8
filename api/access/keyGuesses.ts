import { LRUCache } from 'lru-cache'
import { type Bucket, takeToken } from './rateLimit.ts'

/** How many wrong keys one address may try at once, and so many more each minute. */
export const wrongKeysPerMinute = 30

/** Addresses, and keys of addresses, that are remembered; the longest silent is forgotten. */
const mostRemembered = 10_000

/** Keeps keys from being guessed: who has tried too many from an address learns nothing of the next one. */
export interface KeyGuesses {
  /** How long an address has to wait before this key is looked at, in seconds; `undefined` where it is at once. */
  waitSeconds(address: string, keyHash: string): number | undefined
  wrong(address: string): void
  /** From now on the address is heard with this key whatever others behind it (a proxy, an office) try. */
  right(address: string, keyHash: string): void
}

export const createKeyGuesses = (now: () => number = () => performance.now()): KeyGuesses => {
  const buckets = new LRUCache<string, Bucket>({ max: mostRemembered })
  const proven = new LRUCache<string, true>({ max: mostRemembered })
  const take = (address: string) => takeToken(buckets.get(address), wrongKeysPerMinute, now())
  return {
    waitSeconds(address, keyHash) {
      if (proven.has(`${address} ${keyHash}`)) return undefined
      const decision = take(address)
      return decision.ok ? undefined : decision.retryAfterSeconds
    },
    wrong(address) {
      const decision = take(address)
      if (decision.ok) buckets.set(address, decision.bucket)
    },
    right: (address, keyHash) => void proven.set(`${address} ${keyHash}`, true),
  }
}
