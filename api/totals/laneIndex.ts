import { uuidFromBytes, writeUuid } from '@patterns/shared/contract/uuid.ts'

/**
 * Numbers patterns, and each pattern's shards, from 0 in the order they are first seen. A *lane* is one
 * pattern in one shard: what a window row belongs to. Found by the bytes of the id, so that reading 100,000
 * rows makes no strings; ids and numbers live in typed arrays.
 */
export interface LaneIndex {
  readonly patternCount: number
  readonly laneCount: number
  /** The lane of the pattern whose 16 bytes lie at `at`. */
  lane(bytes: Buffer, at: number, shard: number): number
  /** The pattern of a lane. */
  patternOf(lane: number): number
  /** The number of a pattern by its id in lower case. */
  pattern(id: string): number
  /** The number of a pattern that is known already. */
  find(id: string): number | undefined
  /** The id of a pattern. */
  idOf(pattern: number): string
}

const wordsPerKey = 5
const patternMarker = 0xffff_ffff

/** Open addressing over keys of five words: the id's four and the shard. */
const createKeyTable = () => {
  let keys = new Uint32Array(1024 * wordsPerKey)
  let slots = new Int32Array(4096).fill(-1)
  let size = 0

  const slotOf = (a: number, b: number, c: number, d: number, e: number): number => {
    // Any bits of an id may be constant (a version, a time, a counter), so all of them are mixed.
    let hash = Math.imul(a ^ Math.imul(b, 0x85eb_ca6b) ^ Math.imul(c, 0xc2b2_ae35), 0x9e37_79b1)
    hash = Math.imul(
      hash ^ Math.imul(d, 0x27d4_eb2f) ^ Math.imul(e + 1, 0x1656_67b1) ^ (hash >>> 15),
      0x2c1b_3c6d,
    )
    let slot = (hash ^ (hash >>> 13)) & (slots.length - 1)
    for (;;) {
      const entry = slots[slot]!
      if (entry < 0) return slot
      const at = entry * wordsPerKey
      if (
        keys[at + 3] === d &&
        keys[at + 2] === c &&
        keys[at + 1] === b &&
        keys[at] === a &&
        keys[at + 4] === e
      )
        return slot
      slot = (slot + 1) & (slots.length - 1)
    }
  }

  const grow = (): void => {
    const larger = new Uint32Array(keys.length * 2)
    larger.set(keys)
    keys = larger
    slots = new Int32Array(slots.length * 2).fill(-1)
    for (let entry = 0; entry < size; entry++) {
      const at = entry * wordsPerKey
      slots[slotOf(keys[at]!, keys[at + 1]!, keys[at + 2]!, keys[at + 3]!, keys[at + 4]!)] = entry
    }
  }

  return {
    get size() {
      return size
    },
    find(bytes: Buffer, at: number, last: number): number {
      return slots[
        slotOf(
          bytes.readUInt32BE(at),
          bytes.readUInt32BE(at + 4),
          bytes.readUInt32BE(at + 8),
          bytes.readUInt32BE(at + 12),
          last,
        )
      ]!
    },
    add(bytes: Buffer, at: number, last: number): number {
      if (size * wordsPerKey === keys.length) grow()
      const key = [0, 4, 8, 12].map((offset) => bytes.readUInt32BE(at + offset))
      slots[slotOf(key[0]!, key[1]!, key[2]!, key[3]!, last)] = size
      keys.set([...key, last], size * wordsPerKey)
      return size++
    },
    /** The 16 bytes of an entry's id. */
    id(entry: number): Buffer {
      const bytes = Buffer.allocUnsafe(16)
      for (let word = 0; word < 4; word++) bytes.writeUInt32BE(keys[entry * wordsPerKey + word]!, word * 4)
      return bytes
    },
  }
}

export const createLaneIndex = (): LaneIndex => {
  const patterns = createKeyTable()
  const lanes = createKeyTable()
  const ids: string[] = []
  let patternOfLane = new Int32Array(1024)
  const scratch = Buffer.allocUnsafe(16)

  const patternAt = (bytes: Buffer, at: number): number => {
    const known = patterns.find(bytes, at, patternMarker)
    if (known >= 0) return known
    const pattern = patterns.add(bytes, at, patternMarker)
    ids.push(uuidFromBytes(patterns.id(pattern), 0))
    return pattern
  }

  return {
    get patternCount() {
      return patterns.size
    },
    get laneCount() {
      return lanes.size
    },
    lane(bytes, at, shard) {
      const known = lanes.find(bytes, at, shard)
      if (known >= 0) return known
      const pattern = patternAt(bytes, at)
      const lane = lanes.add(bytes, at, shard)
      if (lane === patternOfLane.length) {
        const larger = new Int32Array(patternOfLane.length * 2)
        larger.set(patternOfLane)
        patternOfLane = larger
      }
      patternOfLane[lane] = pattern
      return lane
    },
    patternOf: (lane) => patternOfLane[lane]!,
    pattern(id) {
      writeUuid(scratch, 0, id)
      return patternAt(scratch, 0)
    },
    find(id) {
      writeUuid(scratch, 0, id)
      const pattern = patterns.find(scratch, 0, patternMarker)
      return pattern < 0 ? undefined : pattern
    },
    idOf: (pattern) => ids[pattern]!,
  }
}
