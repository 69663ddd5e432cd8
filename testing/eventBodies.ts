import fc from 'fast-check'

/** Bodies of events for property tests: those that the contract takes, and those that only nearly are. */

type Body = Readonly<Record<string, unknown>>

const absent = Symbol('absent')

/** The object without the fields that were drawn as absent. */
const compact = (fields: Body): Body =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== absent))

const optional = (value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 4, arbitrary: value }, fc.constantFrom<unknown>(null, absent))

const wellFormed = (minLength: number, maxLength: number): fc.Arbitrary<string> =>
  fc
    .string({ unit: 'grapheme', minLength, maxLength })
    .filter(
      (text) =>
        Array.from(text).length >= minLength && Array.from(text).length <= maxLength && !text.includes('\0'),
    )

const uuids = fc.oneof(
  fc.uuid(),
  fc.uuid().map((uuid) => uuid.toUpperCase()),
)
const times = fc
  .tuple(fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('2099-12-31') }), fc.boolean())
  .map(([date, asOffset]) => (asOffset ? date.toISOString().replace('Z', '+05:30') : date.toISOString()))
const units = fc.double({ min: 0, max: 1, noNaN: true })
const slugs = fc.stringMatching(/^[a-z][a-z0-9_]{0,63}$/)
const names = wellFormed(1, 200)

const envelope = {
  event_id: uuids,
  schema_version: fc.constant(1),
  pattern_id: uuids,
  occurred_at: times,
  correlation_id: optional(uuids),
  source: optional(fc.string({ maxLength: 200 })),
}

const usedBodies = fc.record({
  ...envelope,
  type: fc.constant('pattern.used'),
  pattern_name: optional(names),
  pattern_type: optional(slugs),
  outcome: fc.constantFrom('success', 'partial_success', 'failure', 'error'),
  quality_score: optional(units),
  execution_time_ms: optional(fc.integer({ min: 0, max: 86_400_000 })),
  error_message: optional(fc.string({ maxLength: 4_000 })),
  issues: optional(fc.array(fc.string({ maxLength: 200 }), { maxLength: 20 })),
  context: optional(fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 5 })),
})

const assessedBodies = fc.record({
  ...envelope,
  type: fc.constant('pattern.quality_assessed'),
  quality_score: units,
  confidence: optional(units),
  rubric_version: optional(fc.string()),
  dimensions: optional(fc.dictionary(fc.string(), units)),
})

const registeredBodies = fc.record({
  ...envelope,
  type: fc.constant('pattern.registered'),
  pattern_name: names,
  pattern_type: slugs,
  description: optional(wellFormed(0, 4_000)),
  tags: optional(fc.array(wellFormed(0, 200), { maxLength: 50 })),
  node_type: optional(wellFormed(0, 200)),
})

/** Bodies of version 1 that the contract takes, of all types, optional fields there, null or absent. */
export const validBodies: fc.Arbitrary<Body> = fc
  .oneof(usedBodies, assessedBodies, registeredBodies)
  .map(compact)

const filled = (length: number): string => 'é'.repeat(length)
const withProto = (value: unknown): Body => Object.fromEntries([['__proto__', value]])

/** Values that lie at the edge of some rule, on either side. */
const edgeValues: readonly unknown[] = [
  absent,
  null,
  undefined,
  true,
  0,
  -0,
  -1,
  0.5,
  1,
  1.000_000_1,
  1.5,
  2,
  86_400_000,
  86_400_001,
  2 ** 53,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  '',
  '0.5',
  'pattern.used',
  'pattern.registered',
  'pattern.quality_assessed',
  'pattern.deleted',
  'success',
  'Success',
  'crud_effect',
  'Crud',
  `a${'b'.repeat(63)}`,
  `a${'b'.repeat(64)}`,
  'null character \0',
  'half a pair \ud83d',
  '2026-01-02T03:04:05Z',
  '2026-02-30T03:04:05Z',
  '2026-01-02T03:04:05',
  '0197a3b4-5c6d-7e8f-9012-3456789abcde',
  '{0197a3b4-5c6d-7e8f-9012-3456789abcde}',
  ...[199, 200, 201, 3_999, 4_000, 4_001].map(filled),
  ...[200, 201, 4_000, 4_001].map((length) => '😀'.repeat(length)),
  [],
  [1],
  [null],
  ['half a pair \udc00'],
  [filled(200)],
  [filled(201)],
  ['😀'.repeat(200)],
  ['😀'.repeat(201)],
  ...[20, 21, 50, 51].map((length) => Array.from({ length }, () => 'tag')),
  {},
  { a: 0 },
  { a: 1.1 },
  { a: null },
  { constructor: 1, toString: 0.5 },
  withProto(0.5),
  withProto('x'),
  ...[16_375, 16_376, 16_377].map((length) => ({ a: 'x'.repeat(length) })),
  ...[742, 743].map((length) => ({ a: Array.from({ length }, () => 1e20) })),
]

const fieldNames = [
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
  'issues',
  'context',
  'confidence',
  'rubric_version',
  'dimensions',
  'description',
  'tags',
  'node_type',
  'test',
  'unknown_field',
  '__proto__',
]

const changes = fc.array(fc.tuple(fc.constantFrom(...fieldNames), fc.constantFrom(...edgeValues)), {
  maxLength: 3,
})

/** Valid bodies of which up to three fields are set to a value that lies at the edge of some rule. */
export const nearlyValidBodies: fc.Arbitrary<Body> = fc
  .tuple(validBodies, changes)
  .map(([body, changed]) => compact(Object.fromEntries([...Object.entries(body), ...changed])))
