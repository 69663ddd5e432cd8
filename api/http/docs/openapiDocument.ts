import type { OpenAPIHono } from '@hono/zod-openapi'
import type { ApiEnv } from '../conventions/apiEnv.ts'
import {
  answerHeaders,
  declareHeaders,
  type DocumentedContent,
  type DocumentedResponse,
} from './answerHeaders.ts'
import { examplesIn } from './documentedExamples.ts'
import { publishedEventSchemas } from './publishedEvent.ts'

const description = `Which patterns are used, which work, and how that changes.

Every answer says with \`as_of\` up to which place of each shard's log its numbers account for the events: all up to
there, and none after. Times are RFC 3339 in UTC. A number without observations is \`null\`, never 0.`

/** How the document groups the routes, in the order in which a reader wants them. */
const documentTags = [
  {
    name: 'Analytics',
    description: 'What is used, what works, how that changes, and how patterns stand against each other.',
  },
  {
    name: 'Patterns',
    description: 'Which patterns there are, all about one, and the events behind its numbers.',
  },
  { name: 'Operations', description: 'How the API itself is.' },
] as const

interface DocumentedOperation {
  readonly tags?: readonly string[]
  readonly requestBody?: { readonly content: Readonly<Record<string, DocumentedContent>> }
  readonly responses: Readonly<Record<string, DocumentedResponse>>
}

type Paths = Readonly<Record<string, Readonly<Record<string, DocumentedOperation>>>>

/** `{…}` stands for an id only, so that it does not match a word of another path. */
const matches = (template: string, path: string): boolean =>
  new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[0-9a-f-]{36}')}$`).test(path)

/** The paths of the document that a request is of; a route under the base path may be there without it as well. */
const templatesOf = (paths: Paths, path: string): string[] => {
  const [asked] = path.split('?')
  return Object.keys(paths).filter((template) => template.endsWith(asked!) || matches(template, asked!))
}

const addExample = (content: DocumentedContent | undefined, summary: string, value: unknown): void => {
  if (content === undefined) return
  content.examples ??= {}
  content.examples[`example-${Object.keys(content.examples).length + 1}`] = { summary, value }
}

/** Adds the whole answers in the guide, and what is posted for them, to the routes as examples. */
const addExamples = (paths: Paths, guide: string): void => {
  for (const { method, path, posted, answer, isExcerpt } of examplesIn(guide)) {
    const isProblem = typeof answer['status'] === 'number'
    if (isExcerpt || isProblem) continue
    const summary = `${method.toUpperCase()} ${path}`
    for (const template of templatesOf(paths, path)) {
      const operation = paths[template]![method]
      addExample(operation?.responses['200']?.content?.['application/json'], summary, answer)
      if (posted !== undefined)
        addExample(operation?.requestBody?.content['application/json'], summary, JSON.parse(posted))
    }
  }
}

const declareAllHeaders = (paths: Paths): void => {
  for (const operation of Object.values(paths).flatMap((methods) => Object.values(methods))) {
    // Answers with numbers have an ETag. The state of the API itself is never the same twice.
    const hasTag = !operation.tags?.includes('Operations')
    for (const [status, response] of Object.entries(operation.responses))
      declareHeaders(status, response, hasTag)
  }
}

/**
 * The OpenAPI document of the routes: made from the schemas that validate, with what holds for every answer added
 * in one place. `guide`: the text of docs/API.md.
 */
export const openapiDocument = (app: OpenAPIHono<ApiEnv>, guide: string): object => {
  const { openAPIRegistry: registry } = app
  registry.registerComponent('securitySchemes', 'apiKey', {
    type: 'apiKey',
    in: 'header',
    name: 'X-API-Key',
    description: 'A key with its hash in `API_KEYS`. Needed only if that is set.',
  })
  registry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    description: 'The same key, as `Authorization: Bearer <key>`.',
  })
  for (const [name, schema] of Object.entries(publishedEventSchemas()))
    registry.registerComponent('schemas', name, schema)
  for (const [name, header] of Object.entries(answerHeaders))
    registry.registerComponent('headers', name, header)
  const document = app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Pattern Dashboard',
      version: '1.0.0',
      description,
      contact: { name: 'Pattern Dashboard' },
      license: { name: 'MIT', url: 'https://spdx.org/licenses/MIT.html' },
    },
    servers: [{ url: '/', description: 'Where this document was read.' }],
    tags: [...documentTags],
    security: [{}, { apiKey: [] }, { bearer: [] }],
  })
  const paths = document.paths as unknown as Paths
  declareAllHeaders(paths)
  addExamples(paths, guide)
  return document
}
