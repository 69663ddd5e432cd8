import { limits, slug } from './eventSchema.ts'
import { outcomes, type Outcome, type PatternEvent, type Registration } from './patternEvent.ts'
import { readRfc3339 } from './rfc3339.ts'
import { readUuid } from './uuid.ts'

/**
 * The compiled check in front of `eventSchema`: it accepts exactly the same bodies (a property test
 * holds the two together) at a twentieth of the cost, but cannot say what is wrong with one.
 */

type Body = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Body =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isText = (value: unknown, most: number): boolean => typeof value === 'string' && value.length <= most

const isStoredText = (value: unknown, most: number): value is string =>
  typeof value === 'string' && value.length <= most && !value.includes('\0') && value.isWellFormed()

const isUnit = (value: unknown): value is number => typeof value === 'number' && value >= 0 && value <= 1

const isTexts = (value: unknown, mostTexts: number, isOne: (text: unknown) => boolean): boolean =>
  Array.isArray(value) && value.length <= mostTexts && value.every(isOne)

const isIssue = (text: unknown): boolean => isText(text, limits.issueLength)
const isTag = (text: unknown): text is string => isStoredText(text, limits.tagLength)

/** A whole value of at most 16 KiB cannot hold a context that is larger; only others are measured. */
const isContext = (value: unknown, valueBytes: number): boolean =>
  isObject(value) &&
  (valueBytes <= limits.contextBytes || Buffer.byteLength(JSON.stringify(value)) <= limits.contextBytes)

const isUsed = (body: Body, valueBytes: number): boolean =>
  outcomes.includes(body['outcome'] as Outcome) &&
  (body['pattern_name'] == null ||
    (isStoredText(body['pattern_name'], limits.nameLength) && body['pattern_name'] !== '')) &&
  (body['pattern_type'] == null ||
    (typeof body['pattern_type'] === 'string' && slug.test(body['pattern_type']))) &&
  (body['quality_score'] == null || isUnit(body['quality_score'])) &&
  (body['execution_time_ms'] == null ||
    (Number.isInteger(body['execution_time_ms']) &&
      (body['execution_time_ms'] as number) >= 0 &&
      (body['execution_time_ms'] as number) <= limits.executionTimeMs)) &&
  (body['error_message'] == null || isText(body['error_message'], limits.errorMessageLength)) &&
  (body['issues'] == null || isTexts(body['issues'], limits.issueCount, isIssue)) &&
  (body['context'] == null || isContext(body['context'], valueBytes))

const isAssessed = (body: Body): boolean =>
  isUnit(body['quality_score']) &&
  (body['confidence'] == null || isUnit(body['confidence'])) &&
  (body['rubric_version'] == null || typeof body['rubric_version'] === 'string') &&
  (body['dimensions'] == null ||
    (isObject(body['dimensions']) && Object.values(body['dimensions']).every(isUnit)))

const isRegistered = (body: Body): boolean =>
  isStoredText(body['pattern_name'], limits.nameLength) &&
  body['pattern_name'] !== '' &&
  typeof body['pattern_type'] === 'string' &&
  slug.test(body['pattern_type']) &&
  (body['description'] == null || isStoredText(body['description'], limits.descriptionLength)) &&
  (body['tags'] == null || isTexts(body['tags'], limits.tagCount, isTag)) &&
  (body['node_type'] == null || isStoredText(body['node_type'], limits.nameLength))

const present = <Value>(value: unknown): Value | undefined => (value == null ? undefined : (value as Value))

const registrationOf = (body: Body): Registration => ({
  description: present(body['description']),
  tags: present(body['tags']),
  nodeType: present(body['node_type']),
})

/** Rounded half up, as the domain defines it. */
const toMillionths = (score: number | undefined): number | undefined =>
  score === undefined ? undefined : Math.floor(score * 1_000_000 + 0.5)

/**
 * The event that a version 1 body is; `undefined` where the contract refuses it.
 * @param valueBytes the size of the whole message
 */
export const readEvent = (body: unknown, valueBytes: number): PatternEvent | undefined => {
  if (!isObject(body) || body['schema_version'] !== 1) return undefined
  const eventId = readUuid(body['event_id'])
  const patternId = readUuid(body['pattern_id'])
  const occurredAt = readRfc3339(body['occurred_at'])
  if (eventId === undefined || patternId === undefined || occurredAt === undefined) return undefined
  if (body['correlation_id'] != null && readUuid(body['correlation_id']) === undefined) return undefined
  if (body['source'] != null && !isText(body['source'], limits.sourceLength)) return undefined
  const { type } = body
  if (type === 'pattern.used') {
    if (!isUsed(body, valueBytes)) return undefined
    return {
      eventId,
      type,
      patternId,
      occurredAt,
      patternName: present(body['pattern_name']),
      patternType: present(body['pattern_type']),
      outcome: body['outcome'] as Outcome,
      qualityMillionths: toMillionths(present(body['quality_score'])),
      executionTimeMs: present(body['execution_time_ms']),
      registration: undefined,
    }
  }
  const isRegistration = type === 'pattern.registered' && isRegistered(body)
  const isAssessment = type === 'pattern.quality_assessed' && isAssessed(body)
  if (!isRegistration && !isAssessment) return undefined
  return {
    eventId,
    type: type as PatternEvent['type'],
    patternId,
    occurredAt,
    patternName: isRegistration ? (body['pattern_name'] as string) : undefined,
    patternType: isRegistration ? (body['pattern_type'] as string) : undefined,
    outcome: undefined,
    qualityMillionths: isAssessment ? toMillionths(body['quality_score'] as number) : undefined,
    executionTimeMs: undefined,
    registration: isRegistration ? registrationOf(body) : undefined,
  }
}
