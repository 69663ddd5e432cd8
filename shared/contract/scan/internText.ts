/**
 * What a text means, for texts that come again and again in the bytes of a stream: found by the hash of
 * the bytes, so that neither a string is made nor its rule checked but when a text is first seen.
 * Bounded: a newcomer takes the slot of whoever was there.
 * @param read the meaning of a text; `undefined` if it breaks its rule
 * @param slots a power of two
 */
export const createInterner = <Meaning>(read: (text: string) => Meaning | undefined, slots: number) => {
  const knownBytes: Uint8Array[] = Array.from({ length: slots }, () => new Uint8Array(0))
  const meanings: (Meaning | undefined)[] = Array.from({ length: slots }, () => undefined)

  const isSame = (text: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean => {
    if (text.length !== end - start) return false
    for (let i = start; i < end; i++) if (text[i - start] !== bytes[i]) return false
    return true
  }

  /** The meaning of the ASCII text in `[start, end)`. */
  return (bytes: Buffer, start: number, end: number): Meaning | undefined => {
    let hash = end - start
    // The last bytes of an id or a name tell it apart from others best.
    for (let i = Math.max(start, end - 12); i < end; i++) hash = (Math.imul(hash, 31) + bytes[i]!) | 0
    const slot = (hash ^ (hash >>> 15)) & (slots - 1)
    if (isSame(knownBytes[slot]!, bytes, start, end)) return meanings[slot]
    const meaning = read(bytes.toString('latin1', start, end))
    if (meaning === undefined) return undefined
    knownBytes[slot] = Uint8Array.from(bytes.subarray(start, end))
    meanings[slot] = meaning
    return meaning
  }
}
