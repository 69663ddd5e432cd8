const quote = 0x22
const backslash = 0x5c
const comma = 0x2c
const colon = 0x3a
const opening = new Set([0x5b, 0x7b])
const closing = new Set([0x5d, 0x7d])

/** The index of the quote that ends the string whose opening one is at `at`. */
const endOfString = (json: Buffer, at: number): number => {
  let i = at + 1
  while (json[i] !== quote) i += json[i] === backslash ? 2 : 1
  return i
}

/**
 * The bytes of a member's value in a JSON object, which is known to be valid: as they were written, where parsing
 * them and writing them again would change numbers. Of two members of the name the last, as JSON.parse has it.
 */
export const memberBytes = (json: Buffer, name: string): Buffer | undefined => {
  let depth = 0
  let key: string | undefined
  let start = 0
  let found: Buffer | undefined
  for (let i = 0; i < json.length; i++) {
    const byte = json[i]!
    if (byte === quote) {
      const end = endOfString(json, i)
      if (depth === 1 && key === undefined) key = JSON.parse(json.toString('utf8', i, end + 1)) as string
      i = end
    } else if (byte === colon && depth === 1) start = i + 1
    else if (opening.has(byte)) depth++
    else if (closing.has(byte)) depth--
    if ((byte === comma && depth === 1) || (closing.has(byte) && depth === 0)) {
      if (key === name) found = json.subarray(start, i)
      key = undefined
    }
  }
  return found
}
