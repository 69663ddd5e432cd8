const isHarmless = (code: number): boolean =>
  (code >= 0x20 && code < 0x7f) || code >= 0xa0 || code === 0x0a || code === 0x09

/** Bytes for a terminal: what a producer sent must not move the cursor or change colours. */
export const printable = (bytes: Buffer | string): string =>
  Array.from(bytes.toString(), (character) => {
    const code = character.codePointAt(0)!
    return isHarmless(code) ? character : `\\x${code.toString(16).padStart(2, '0')}`
  }).join('')
