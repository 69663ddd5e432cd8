import { eventSchema } from '@patterns/shared/contract/eventSchema.ts'
import { eventTypes } from '@patterns/shared/contract/patternEvent.ts'
import { z } from 'zod'

/** A schema as the document holds it: JSON Schema, 2020-12. */
type JsonSchema = Record<string, unknown>

const id = { format: 'uuid' }
const time = { format: 'date-time' }

/** The schema of an event as a producer sent it. */
export const publishedEventRef: object = { $ref: '#/components/schemas/PublishedEvent' }

/** What each field means, which the rules of the contract do not say. */
const meanings: Readonly<Record<string, JsonSchema>> = {
  event_id: { ...id, description: 'The id of the event; the same id again is a duplicate.' },
  type: { description: 'What happened.' },
  schema_version: { description: 'The version of this contract.' },
  pattern_id: { ...id, description: 'The pattern that it is about.' },
  occurred_at: { ...time, description: 'When it happened, with an offset.' },
  correlation_id: { description: 'What it belongs to.' },
  source: { description: 'Who sent it.' },
  pattern_name: { description: 'The name of the pattern from now on.' },
  pattern_type: { description: 'The category of the pattern from now on.' },
  outcome: { description: 'How the use ended.' },
  quality_score: { description: 'How good it was, from 0 to 1.' },
  execution_time_ms: { description: 'How long it took, in milliseconds.' },
  error_message: { description: 'What went wrong.' },
  issues: { description: 'What was found wanting.' },
  context: { type: ['object', 'null'], description: 'Whatever the producer wants to keep with it.' },
  confidence: { description: 'How sure the verdict is.' },
  rubric_version: { description: 'By which rubric it was assessed.' },
  dimensions: {
    type: ['object', 'null'],
    additionalProperties: { type: 'number' },
    description: 'Scores of its own for each side of the quality.',
  },
  description: { description: 'What the pattern is for.' },
  tags: { description: 'By what it can be found.' },
  node_type: { description: 'The kind of node that it makes.' },
}

const described = (schema: JsonSchema): JsonSchema => ({
  ...schema,
  properties: Object.fromEntries(
    Object.entries(schema['properties'] as Record<string, JsonSchema>).map(([name, rule]) => {
      const { type, ...meaning } = meanings[name] ?? {}
      // Any JSON object is accepted; the rule for that is code, which JSON Schema cannot show.
      return [name, type === undefined ? { ...rule, ...meaning } : { type, ...meaning }]
    }),
  ),
})

/** The name of an event's schema: `pattern.used` is PatternUsed. */
const nameOf = (type: string): string =>
  type.replaceAll(/(?:^|[._])([a-z])/g, (_, letter: string) => letter.toUpperCase())

const ofVersion1 = (): Record<string, JsonSchema> => {
  // As it is published, without what parsing adds.
  const { oneOf } = z.toJSONSchema(eventSchema, { io: 'input', unrepresentable: 'any' })
  return Object.fromEntries(
    eventTypes.map((type, i) => [
      nameOf(type),
      { ...described(oneOf![i] as JsonSchema), description: `An event of the type \`${type}\`.` },
    ]),
  )
}

const cloudEvent: JsonSchema = {
  type: 'object',
  description: 'A CloudEvent in structured mode.',
  required: ['specversion', 'id', 'type', 'time'],
  properties: {
    specversion: { const: '1.0', description: 'The version of CloudEvents.' },
    id: { type: 'string', ...id, description: 'The id of the event.' },
    type: { type: 'string', enum: eventTypes, description: 'What happened.' },
    source: { type: 'string', description: 'Who sent it.' },
    time: { type: 'string', ...time, description: 'When it happened.' },
    data: { type: 'object', additionalProperties: true, description: 'The other fields of the event.' },
    data_base64: { type: 'string', description: 'The same as JSON in base64.' },
  },
}

const otherEvent: JsonSchema = {
  type: 'object',
  description:
    'The data of a CloudEvent in binary mode, with the rest in its headers; or an event of version 0.',
  additionalProperties: true,
}

/** The schemas of what producers send, by name: `PublishedEvent` is any of the others. */
export const publishedEventSchemas = (): Record<string, JsonSchema> => {
  const shapes = { ...ofVersion1(), CloudEvent: cloudEvent, OtherEvent: otherEvent }
  return {
    ...shapes,
    PublishedEvent: {
      description:
        'An event in any of the shapes that are accepted; docs/EVENTS.md says more. Unknown fields are kept.',
      anyOf: Object.keys(shapes).map((name) => ({ $ref: `#/components/schemas/${name}` })),
    },
  }
}
