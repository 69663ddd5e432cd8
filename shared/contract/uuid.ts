const lowerCase = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const anyCase = new RegExp(lowerCase, 'i')

/** The UUID (RFC 9562 text form, any version) in lower case; `undefined` if it is none. */
export const readUuid = (text: unknown): string | undefined => {
  if (typeof text !== 'string') return undefined
  if (lowerCase.test(text)) return text
  return anyCase.test(text) ? text.toLowerCase() : undefined
}

const hexValue = new Uint8Array(128)
for (const digit of '0123456789abcdef') hexValue[digit.charCodeAt(0)] = Number.parseInt(digit, 16)

/** 1 for the bytes of lower-case hexadecimal digits. */
const isHexDigit = new Uint8Array(256)
for (const digit of '0123456789abcdef') isHexDigit[digit.charCodeAt(0)] = 1

const dash = 0x2d

/** Whether 36 bytes of text at `start` are a UUID in lower case. */
export const isLowerCaseUuidAt = (bytes: Uint8Array, start: number): boolean => {
  if (start + 36 > bytes.length) return false
  let digits = 0
  for (let i = start; i < start + 36; i++) digits += isHexDigit[bytes[i]!]!
  return (
    digits === 32 &&
    bytes[start + 8] === dash &&
    bytes[start + 13] === dash &&
    bytes[start + 18] === dash &&
    bytes[start + 23] === dash
  )
}

/** Writes the 16 bytes of a UUID in lower case at `start`. */
export const writeUuid = (target: Uint8Array, start: number, uuid: string): void => {
  let at = start
  for (let i = 0; i < 36; i += 2) {
    // The dashes stand at 8, 13, 18 and 23.
    if (i === 8 || i === 13 || i === 18 || i === 23) i++
    target[at++] = (hexValue[uuid.charCodeAt(i)]! << 4) | hexValue[uuid.charCodeAt(i + 1)]!
  }
}

/** The UUID whose 16 bytes lie at `start`. */
export const uuidFromBytes = (bytes: Buffer, start: number): string => {
  const hex = bytes.toString('hex', start, start + 16)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
