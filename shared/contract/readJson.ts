import { isUtf8 } from 'node:buffer'

/** What replaces bytes that are not UTF-8; a text that has none of it needs no second look. */
const replacement = '�'
const byteOrderMark = '\ufeff'

/** Makes a value of a JSON text; throws a SyntaxError if it is none. */
export type Parse = (text: string) => unknown

export type JsonRead =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly message: string }

/** The JSON value in some bytes, or why they are none. */
export const readJson = (bytes: Buffer, parse: Parse = JSON.parse): JsonRead => {
  const text = bytes.toString()
  if (text.includes(replacement) && !isUtf8(bytes)) return { ok: false, message: 'is not valid UTF-8' }
  // RFC 8259, section 8.1: "Implementations MUST NOT add a byte order mark".
  if (text.startsWith(byteOrderMark))
    return { ok: false, message: 'begins with a byte order mark (U+FEFF), which JSON must not' }
  try {
    return { ok: true, value: parse(text) }
  } catch (error) {
    return { ok: false, message: (error as SyntaxError).message }
  }
}
