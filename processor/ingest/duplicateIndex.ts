/** Positions by event id for the last `horizon` events of a shard. */
export interface DuplicateIndex {
  /** Remembers the id at a position. Positions come in order, without gaps. */
  add(position: number, id: Uint8Array, start: number): void
  /**
   * The position of an event within the horizon whose id has the same 64-bit hash; 0 if there is none.
   * To be confirmed by reading it.
   */
  find(id: Uint8Array, start: number): number
  /**
   * Takes back what was added after a position: it did not get into the log. What that pushed out of the horizon stays
   * out.
   */
  forgetAfter(position: number): void
}

/** A multiply-xor mix of two words, one to one in each of them while the other stays. */
const mix = (a: number, b: number): number => {
  let hash = Math.imul(a ^ (a >>> 16), 0x85ebca6b) ^ Math.imul(b ^ (b >>> 15), 0xc2b2ae35)
  hash = Math.imul(hash ^ (hash >>> 13), 0x27d4eb2f)
  return (hash ^ (hash >>> 16)) >>> 0
}

const word = (bytes: Uint8Array, at: number): number =>
  bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)

const highHashOf = (id: Uint8Array, start: number): number => mix(word(id, start + 12), word(id, start + 4))

/** Of all four words: it chooses the place in the table, and the ids of one producer may differ in any one of them alone. */
const lowHashOf = (id: Uint8Array, start: number, highHash: number): number =>
  mix(mix(word(id, start), word(id, start + 8)), highHash)

/**
 * A ring of the last hashes, indexed by position modulo the horizon, and an open-addressing table (linear
 * probing) of ring slots beside it: 16 to 24 bytes an event, allocated once, and nothing for the garbage
 * collector to walk.
 */
export const createDuplicateIndex = (horizon: number): DuplicateIndex => {
  const low = new Uint32Array(horizon)
  const high = new Uint32Array(horizon)
  // A power of two at least twice the horizon: never more than half full, so probes are short.
  const size = 2 ** Math.ceil(Math.log2(horizon * 2))
  const mask = size - 1
  /** Ring slot + 1; 0 is empty. */
  const table = new Uint32Array(size)
  let first = 0
  let last = 0

  const remove = (slot: number): void => {
    let hole = low[slot]! & mask
    while (table[hole] !== slot + 1) {
      // Taken back already.
      if (table[hole] === 0) return
      hole = (hole + 1) & mask
    }
    // Backward-shift deletion (Knuth, TAOCP 6.4, algorithm R): no tombstones, so probes stay short for ever.
    for (let at = (hole + 1) & mask; table[at] !== 0; at = (at + 1) & mask) {
      const home = low[table[at]! - 1]! & mask
      if (((at - home) & mask) >= ((at - hole) & mask)) {
        table[hole] = table[at]!
        hole = at
      }
    }
    table[hole] = 0
  }

  return {
    add(position, id, start) {
      const slot = position % horizon
      if (last === 0) first = position
      if (position - first >= horizon) remove(slot)
      last = position
      high[slot] = highHashOf(id, start)
      low[slot] = lowHashOf(id, start, high[slot])
      let at = low[slot] & mask
      while (table[at] !== 0) at = (at + 1) & mask
      table[at] = slot + 1
    },
    find(id, start) {
      const highHash = highHashOf(id, start)
      const lowHash = lowHashOf(id, start, highHash)
      for (let at = lowHash & mask; table[at] !== 0; at = (at + 1) & mask) {
        const slot = table[at]! - 1
        if (low[slot] !== lowHash || high[slot] !== highHash) continue
        // The newest position that is congruent to the slot.
        return last - ((((last - slot) % horizon) + horizon) % horizon)
      }
      return 0
    },
    forgetAfter(position) {
      // Beyond a whole turn of the ring the slots come again.
      for (let taken = 0; last > position && taken < horizon; last--, taken++) remove(last % horizon)
      last = Math.min(last, position)
    },
  }
}
