/** The headers of answers, described once for all routes, since one place sends each of them. */
export const answerHeaders = {
  'X-Request-Id': {
    description:
      'The id of this request in our log: the one that the caller sent in this header, or a new one.',
    required: true,
    schema: { type: 'string' },
    example: 'c6d7c362-7eb4-4efe-907d-721c54950dda',
  },
  'Server-Timing': {
    description: 'How long the parts of the answer took, in milliseconds.',
    required: true,
    schema: { type: 'string' },
    example: 'fresh;dur=0.12, answer;dur=2.41, total;dur=2.83',
  },
  ETag: {
    description:
      'Names what is answered: the question and the place in the log. Sent back as `If-None-Match`, it is answered with 304 while nothing has changed.',
    required: true,
    schema: { type: 'string' },
    example: 'W/"Zq3V1sFqB9m8JkQ2h0yM1u5m2pE"',
  },
  'Retry-After': {
    description: 'In how many seconds to try again.',
    required: true,
    schema: { type: 'integer', minimum: 1 },
    example: 1,
  },
  'WWW-Authenticate': {
    description: 'How to send a key.',
    required: true,
    schema: { type: 'string' },
    example: 'Bearer',
  },
} as const

type HeaderName = keyof typeof answerHeaders

/** The part of a body's description that holds its examples. */
export interface DocumentedContent {
  examples?: Record<string, { summary: string; value: unknown }>
}

/** The part of a response's description that is the same for all routes. */
export interface DocumentedResponse {
  headers?: Record<string, { $ref: string }>
  readonly content?: Readonly<Record<string, DocumentedContent>>
}

const headerNames = (status: string, response: DocumentedResponse, hasTag: boolean): HeaderName[] => {
  const isProblem = response.content !== undefined && 'application/problem+json' in response.content
  return [
    'X-Request-Id',
    'Server-Timing',
    ...(hasTag && (status === '200' || status === '304') ? (['ETag'] as const) : []),
    ...(isProblem && (status === '429' || status === '503') ? (['Retry-After'] as const) : []),
    ...(status === '401' ? (['WWW-Authenticate'] as const) : []),
  ]
}

/** Adds to the response with this status the headers that it is sent with. `hasTag`: answers of the route have an ETag. */
export const declareHeaders = (status: string, response: DocumentedResponse, hasTag: boolean): void => {
  response.headers = Object.fromEntries(
    headerNames(status, response, hasTag).map((name) => [name, { $ref: `#/components/headers/${name}` }]),
  )
}
