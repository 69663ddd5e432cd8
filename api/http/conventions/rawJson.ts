import { randomUUID } from 'node:crypto'

/** Stands for a value while what surrounds it is written. It never leaves the process, so no client can send it. */
const mark = randomUUID()

/** The texts that replace the marks; set only while an answer is written. */
let raws: string[] | undefined

/**
 * JSON that a producer wrote, which goes into an answer as it is. If it were parsed and written again, 9007199254740993
 * would become …992 and 1e400 null, and a deeply nested value would fail.
 */
export class RawJson {
  readonly #text: string

  /** @param bytes valid JSON in UTF-8 */
  constructor(bytes: Buffer) {
    this.#text = bytes.toString()
  }

  toJSON(): string {
    if (raws === undefined) throw new TypeError('Raw JSON is written by writeJson alone')
    raws.push(this.#text)
    return mark
  }
}

/** An answer as JSON: as JSON.stringify writes it, but for the values that are raw JSON. */
export const writeJson = (answer: object): string => {
  raws = []
  try {
    const found = raws
    const [first, ...rest] = JSON.stringify(answer).split(`"${mark}"`)
    return [first, ...rest.flatMap((text, i) => [found[i], text])].join('')
  } finally {
    raws = undefined
  }
}
