import { limits, slug } from '../eventSchema.ts'
import { maxGrowth } from '../jsonBytes.ts'
import { toMillionths } from '../millionths.ts'
import { type Outcome, outcomes, type PatternEvent } from '../patternEvent.ts'
import { isLowerCaseUuidAt, readUuid } from '../uuid.ts'
import { createInterner } from './internText.ts'
import { scanNatural, scanUnit } from './scanNumber.ts'
import { scanTime } from './scanTime.ts'
import { bail, skipNumber, skipSpace, skipString, skipValue, startsWith } from './skipJson.ts'

/**
 * Reads a `pattern.used` of version 1 straight from its bytes, in the form that nearly all producers write:
 * ASCII, no escapes, no whitespace but single spaces. It makes neither the text nor the object that
 * JSON.parse would, which is the larger part of what an event costs (`npm run bench -- decode`).
 *
 * `undefined` only says that this reader is not sure: the general one decides then, and explains. Where
 * it does answer, the general one gives the same (a property test holds the two together).
 */

const quote = 0x22
const colon = 0x3a
const comma = 0x2c
const openBrace = 0x7b
const closeBrace = 0x7d

const names = [
  'event_id',
  'type',
  'schema_version',
  'pattern_id',
  'occurred_at',
  'correlation_id',
  'source',
  'pattern_name',
  'pattern_type',
  'outcome',
  'quality_score',
  'execution_time_ms',
  'error_message',
  'context',
  'issues',
  'test',
]
/** Fields by number; -1 is one that we do not know. */
const keys = names.map((name) => Buffer.from(`"${name}":`))
const eventIdField = 0
const typeField = 1
const versionField = 2
const patternIdField = 3
const timeField = 4
const correlationField = 5
const sourceField = 6
const nameField = 7
const categoryField = 8
const outcomeField = 9
const qualityField = 10
const durationField = 11
const errorField = 12
const contextField = 13
const unknownField = -1

/** The field that came after each field last time: producers write them in one order. The last is for the first. */
const usualNext = new Int8Array(names.length + 1)
const firstOfEvent = names.length

/** The field whose key stands at `at`. */
const fieldAt = (bytes: Uint8Array, at: number, previous: number): number => {
  const usual = usualNext[previous]!
  if (startsWith(bytes, at, keys[usual]!)) return usual
  for (let field = 0; field < keys.length; field++) {
    if (startsWith(bytes, at, keys[field]!)) {
      usualNext[previous] = field
      return field
    }
  }
  return unknownField
}

const patternIds = createInterner((text) => (readUuid(text) === text ? text : undefined), 16_384)
const patternNames = createInterner(
  (text) => (text !== '' && text.length <= limits.nameLength ? text : undefined),
  16_384,
)
const categories = createInterner((text) => (slug.test(text) ? text : undefined), 1_024)
const quoted = (text: string): Buffer => Buffer.from(`"${text}"`)
const usedType = quoted('pattern.used')
const outcomeTexts = outcomes.map(quoted)

/** The index after the UUID in quotes that begins at `at`. */
const skipUuid = (bytes: Uint8Array, at: number): number =>
  bytes[at] === quote && isLowerCaseUuidAt(bytes, at + 1) && bytes[at + 37] === quote ? at + 38 : bail

/** The number of the outcome whose name stands at `at`; -1 for none. */
const outcomeAt = (bytes: Uint8Array, at: number): number => {
  for (let i = 0; i < outcomeTexts.length; i++) if (startsWith(bytes, at, outcomeTexts[i]!)) return i
  return -1
}

/** Text in quotes of at most so many characters. */
const skipText = (bytes: Uint8Array, at: number, max: number): number => {
  const end = skipString(bytes, at)
  return end - at - 2 > max ? bail : end
}

export const scanEvent = (bytes: Buffer): PatternEvent | undefined => {
  if (bytes[0] !== openBrace) return undefined
  let eventIdAt = 0
  let patternId: string | undefined
  let occurredAt = Number.NaN
  let patternName: string | undefined
  let patternType: string | undefined
  let outcome: Outcome | undefined
  let qualityMillionths: number | undefined
  let executionTimeMs: number | undefined
  /** A bit for each field: of two values of one name JSON.parse keeps the last, which this reader does not try. */
  let seen = 0
  let field = firstOfEvent
  for (let at = 0; ;) {
    at = skipSpace(bytes, at + 1)
    const previous = field
    field = fieldAt(bytes, at, previous)
    if (field === unknownField) {
      at = skipString(bytes, at)
      if (at === bail || bytes[at] !== colon) return undefined
      at = skipValue(bytes, skipSpace(bytes, at + 1))
      field = previous
    } else {
      if ((seen & (1 << field)) !== 0) return undefined
      seen |= 1 << field
      const start = skipSpace(bytes, at + keys[field]!.length)
      switch (field) {
        case eventIdField:
          at = skipUuid(bytes, start)
          eventIdAt = start + 1
          break
        case typeField:
          if (!startsWith(bytes, start, usedType)) return undefined
          at = start + usedType.length
          break
        case versionField:
          at = skipNumber(bytes, start)
          if (at === bail || scanNatural(bytes, start, at) !== 1) return undefined
          break
        case patternIdField:
          // Checked as a UUID when it is first seen, so that its known bytes need no other check.
          if (bytes[start] !== quote || bytes[start + 37] !== quote) return undefined
          at = start + 38
          patternId = patternIds(bytes, start + 1, start + 37)
          break
        case timeField:
          at = skipString(bytes, start)
          if (at !== bail) occurredAt = scanTime(bytes, start + 1, at - 1)
          break
        case correlationField:
          at = skipUuid(bytes, start)
          break
        case sourceField:
          at = skipText(bytes, start, limits.sourceLength)
          break
        case nameField:
          at = skipString(bytes, start)
          if (at !== bail) patternName = patternNames(bytes, start + 1, at - 1)
          if (patternName === undefined) return undefined
          break
        case categoryField:
          at = skipString(bytes, start)
          if (at !== bail) patternType = categories(bytes, start + 1, at - 1)
          if (patternType === undefined) return undefined
          break
        case outcomeField: {
          const number = outcomeAt(bytes, start)
          if (number < 0) return undefined
          outcome = outcomes[number]!
          at = start + outcomeTexts[number]!.length
          break
        }
        case qualityField: {
          at = skipNumber(bytes, start)
          const score = scanUnit(bytes, start, at)
          if (Number.isNaN(score)) return undefined
          qualityMillionths = toMillionths(score)
          break
        }
        case durationField:
          at = skipNumber(bytes, start)
          executionTimeMs = scanNatural(bytes, start, at)
          if (!(executionTimeMs <= limits.executionTimeMs)) return undefined
          break
        case errorField:
          at = skipText(bytes, start, limits.errorMessageLength)
          break
        case contextField:
          at = bytes[start] === openBrace ? skipValue(bytes, start) : bail
          if ((at - start) * maxGrowth > limits.contextBytes) return undefined
          break
        default:
          // `issues` is a list with rules of its own, and rare; `test` as well.
          return undefined
      }
    }
    if (at === bail) return undefined
    if (bytes[at] === comma) continue
    if (bytes[at] !== closeBrace || at + 1 !== bytes.length) return undefined
    break
  }
  const required = (1 << eventIdField) | (1 << typeField) | (1 << versionField)
  if ((seen & required) !== required || Number.isNaN(occurredAt)) return undefined
  if (patternId === undefined || outcome === undefined) return undefined
  return {
    eventId: bytes.toString('latin1', eventIdAt, eventIdAt + 36),
    type: 'pattern.used',
    patternId,
    occurredAt,
    isTest: false,
    patternName,
    patternType,
    outcome,
    qualityMillionths,
    executionTimeMs,
    registration: undefined,
  }
}
