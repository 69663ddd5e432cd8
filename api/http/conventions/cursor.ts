import { hash } from 'node:crypto'
import { z } from '@hono/zod-openapi'
import { invalid, type Problem, unprocessable } from '../problems/problem.ts'
import { floorHour, type Range } from '../../values/range.ts'

/**
 * Where a page ended. It carries the range of the first page, so that pages of `time_range=7d` are of one
 * range whatever the clock says meanwhile, and marks what was asked for, so that it fits no other question.
 */
export interface Cursor<Place> {
  readonly range: Range
  readonly place: Place
}

/** Names what is listed: the log, the route and every parameter but limit, cursor, range and after. */
export const questionOf = (
  logId: string,
  route: string,
  parameters: Readonly<Record<string, unknown>>,
): string => `${logId}.${hash('sha1', JSON.stringify([route, parameters]), 'base64url').slice(0, 8)}`

const logOf = (question: string): string => question.slice(0, question.lastIndexOf('.'))

export const encodeCursor = (question: string, { range, place }: Cursor<unknown>): string =>
  Buffer.from(JSON.stringify([question, range.from, range.to, place])).toString('base64url')

/** A 400 that names the cursor. */
export const refuseCursor = (message: string): Problem => invalid([{ path: 'cursor', message }])

const hour = z.int().refine((time) => time === floorHour(time))

/** @throws Problem 400 if the text is no cursor of this question, 422 if it is of another log */
export const decodeCursor = <Place>(
  text: string,
  question: string,
  place: z.ZodType<Place>,
): Cursor<Place> => {
  let json: unknown
  try {
    json = JSON.parse(Buffer.from(text, 'base64url').toString())
  } catch {
    throw refuseCursor('is not a cursor of this API')
  }
  const parsed = z.tuple([z.string(), hour, hour, place]).safeParse(json)
  if (!parsed.success || parsed.data[1] > parsed.data[2]) throw refuseCursor('is not a cursor of this API')
  const [asked, from, to] = parsed.data
  if (logOf(asked) !== logOf(question))
    throw unprocessable([
      {
        path: 'cursor',
        message: 'the cursor is of another log: the data was reset. Begin with the first page',
      },
    ])
  if (asked !== question) throw refuseCursor('belongs to a request with other parameters')
  return { range: { from, to }, place: parsed.data[3] }
}
