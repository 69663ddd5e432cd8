import { readFileSync } from 'node:fs'

/** A request of docs/API.md, and what it is answered with. */
export interface DocumentedExample {
  readonly method: 'get' | 'post'
  /** With its query. */
  readonly path: string
  /** What is posted, as text; undefined if nothing is. */
  readonly posted: string | undefined
  readonly answer: Readonly<Record<string, unknown>>
  /** Whether only a part of the answer is shown. */
  readonly isExcerpt: boolean
}

const request = /```http\n(GET|POST) (\S+)\n(?:content-type: application\/json\n\n([^`]+))?```/
const answer = /```json( excerpt)?\n([\s\S]+?)\n```/
const pairs = new RegExp(`${request.source}\n+${answer.source}`, 'g')

export const examplesIn = (text: string): DocumentedExample[] =>
  [...text.matchAll(pairs)].map(([, method, path, posted, excerpt, json]) => ({
    method: method === 'POST' ? 'post' : 'get',
    path: path!,
    posted,
    answer: JSON.parse(json!),
    isExcerpt: excerpt !== undefined,
  }))

/** The text of docs/API.md. Its examples are tested, so the document at /openapi.json needs none of its own. */
export const loadApiGuide = (): string =>
  readFileSync(new URL('../../../docs/API.md', import.meta.url), 'utf8')
