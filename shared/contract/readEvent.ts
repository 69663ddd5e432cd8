import { hasAtMost } from './characters.ts'
import { limits, slug } from './eventSchema.ts'
import { jsonBytes, maxGrowth } from './jsonBytes.ts'
import { toMillionths } from './millionths.ts'
import { type Outcome, outcomes, type PatternEvent } from './patternEvent.ts'
import { readTime } from './rfc3339.ts'
import { readUuid } from './uuid.ts'

/**
 * The compiled check in front of `eventSchema`: it accepts exactly the same bodies (a property test
 * holds the two together) at a twentieth of the cost, but cannot say what is wrong with one.
 */

type Body = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Body =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isText = (value: unknown, max: number): boolean => typeof value === 'string' && hasAtMost(value, max)

const isStoredText = (value: unknown, max: number): value is string =>
  typeof value === 'string' && hasAtMost(value, max) && !value.includes('\0') && value.isWellFormed()

const isUnit = (value: unknown): value is number => typeof value === 'number' && value >= 0 && value <= 1

const isTexts = (value: unknown, maxTexts: number, isOne: (text: unknown) => boolean): boolean =>
  Array.isArray(value) && value.length <= maxTexts && value.every(isOne)

const isIssue = (text: unknown): boolean => isText(text, limits.issueLength)
const isTag = (text: unknown): text is string => isStoredText(text, limits.tagLength)

/** A small enough value cannot hold a context that is too large; only others are measured. */
const isContext = (value: unknown, valueBytes: number): boolean =>
  isObject(value) &&
  (valueBytes * maxGrowth <= limits.contextBytes || jsonBytes(value) <= limits.contextBytes)

/** Each rule is given the value, which is read from the body just once: bodies have many shapes, so a read is slow. */
type Rule = (value: unknown) => boolean

const isAbsentOr = (value: unknown, rule: Rule): boolean =>
  value === undefined || value === null || rule(value)

const isUuid: Rule = (value) => readUuid(value) !== undefined
const isSource: Rule = (value) => isText(value, limits.sourceLength)
const isName: Rule = (value) => isStoredText(value, limits.nameLength) && value !== ''
const isSlug: Rule = (value) => typeof value === 'string' && slug.test(value)
const isOutcome: Rule = (value) => outcomes.includes(value as Outcome)
const isMilliseconds: Rule = (value) =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) <= limits.executionTimeMs
const isErrorMessage: Rule = (value) => isText(value, limits.errorMessageLength)
const isIssues: Rule = (value) => isTexts(value, limits.issueCount, isIssue)
const isString: Rule = (value) => typeof value === 'string'
const isDimensions: Rule = (value) => isObject(value) && Object.values(value).every(isUnit)
const isDescription: Rule = (value) => isStoredText(value, limits.descriptionLength)
const isTags: Rule = (value) => isTexts(value, limits.tagCount, isTag)
const isNodeType: Rule = (value) => isStoredText(value, limits.nameLength)

/** What all types have. */
interface Envelope {
  readonly eventId: string
  readonly patternId: string
  readonly occurredAt: number
  readonly isTest: boolean
}

const present = (value: unknown): unknown => (value === null ? undefined : value)

const readUsed = (body: Body, envelope: Envelope, valueBytes: number): PatternEvent | undefined => {
  const {
    pattern_name,
    pattern_type,
    outcome,
    quality_score,
    execution_time_ms,
    error_message,
    issues,
    context,
  } = body
  const isValid =
    isOutcome(outcome) &&
    isAbsentOr(pattern_name, isName) &&
    isAbsentOr(pattern_type, isSlug) &&
    isAbsentOr(quality_score, isUnit) &&
    isAbsentOr(execution_time_ms, isMilliseconds) &&
    isAbsentOr(error_message, isErrorMessage) &&
    isAbsentOr(issues, isIssues) &&
    (context === undefined || context === null || isContext(context, valueBytes))
  if (!isValid) return undefined
  return {
    eventId: envelope.eventId,
    type: 'pattern.used',
    patternId: envelope.patternId,
    occurredAt: envelope.occurredAt,
    isTest: envelope.isTest,
    patternName: present(pattern_name) as string | undefined,
    patternType: present(pattern_type) as string | undefined,
    outcome: outcome as Outcome,
    qualityMillionths: typeof quality_score === 'number' ? toMillionths(quality_score) : undefined,
    executionTimeMs: present(execution_time_ms) as number | undefined,
    registration: undefined,
  }
}

const readAssessed = (body: Body, envelope: Envelope): PatternEvent | undefined => {
  const { quality_score, confidence, rubric_version, dimensions } = body
  const isValid =
    isUnit(quality_score) &&
    isAbsentOr(confidence, isUnit) &&
    isAbsentOr(rubric_version, isString) &&
    isAbsentOr(dimensions, isDimensions)
  if (!isValid) return undefined
  return {
    ...envelope,
    type: 'pattern.quality_assessed',
    patternName: undefined,
    patternType: undefined,
    outcome: undefined,
    qualityMillionths: toMillionths(quality_score),
    executionTimeMs: undefined,
    registration: undefined,
  }
}

const readRegistered = (body: Body, envelope: Envelope): PatternEvent | undefined => {
  const { pattern_name, pattern_type, description, tags, node_type } = body
  const isValid =
    isName(pattern_name) &&
    isSlug(pattern_type) &&
    isAbsentOr(description, isDescription) &&
    isAbsentOr(tags, isTags) &&
    isAbsentOr(node_type, isNodeType)
  if (!isValid) return undefined
  return {
    ...envelope,
    type: 'pattern.registered',
    patternName: pattern_name as string,
    patternType: pattern_type as string,
    outcome: undefined,
    qualityMillionths: undefined,
    executionTimeMs: undefined,
    registration: {
      description: present(description) as string | undefined,
      tags: present(tags) as string[] | undefined,
      nodeType: present(node_type) as string | undefined,
    },
  }
}

/**
 * The event that a version 1 body is; `undefined` if the contract refuses it.
 * @param valueBytes the size of the whole message
 */
export const readEvent = (body: unknown, valueBytes: number): PatternEvent | undefined => {
  if (!isObject(body)) return undefined
  const { event_id, type, schema_version, pattern_id, occurred_at, correlation_id, source, test } = body
  const eventId = readUuid(event_id)
  const patternId = readUuid(pattern_id)
  const occurredAt = readTime(occurred_at)
  if (eventId === undefined || patternId === undefined || occurredAt === undefined) return undefined
  if (schema_version !== 1 || !isAbsentOr(correlation_id, isUuid) || !isAbsentOr(source, isSource))
    return undefined
  const envelope = { eventId, patternId, occurredAt, isTest: test === true }
  if (type === 'pattern.used') return readUsed(body, envelope, valueBytes)
  if (type === 'pattern.quality_assessed') return readAssessed(body, envelope)
  return type === 'pattern.registered' ? readRegistered(body, envelope) : undefined
}
