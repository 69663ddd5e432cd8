/** What one batch may unpack to. A batch of blanks grows a thousandfold, and would end the process. */
export const maxUnpackedBytes = 128 << 20

/** A batch would unpack to more than it may. */
export class TooLargeError extends Error {
  override readonly name = 'TooLargeError'
  constructor(maxBytes: number) {
    super(`it would unpack to more than ${maxBytes >> 20} MiB`)
  }
}
