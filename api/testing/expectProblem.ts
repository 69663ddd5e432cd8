import { expect } from 'vitest'
import type { Answer } from './startTestApi.ts'

/** A refusal has this status and code, names these fields, and has just the members that are documented. */
export const expectProblem = (
  answer: Answer,
  status: number,
  code: string,
  paths: readonly string[] = [],
): void => {
  expect(answer.status, answer.text).toBe(status)
  expect(answer.headers.get('content-type')).toBe('application/problem+json')
  expect(answer.body).toMatchObject({ status, code, request_id: answer.headers.get('x-request-id') })
  expect(Object.keys(answer.body).toSorted()).toEqual(
    [
      'type',
      'title',
      'status',
      'detail',
      'code',
      'request_id',
      ...(paths.length > 0 ? ['errors'] : []),
    ].toSorted(),
  )
  if (paths.length > 0)
    expect(answer.body.errors.map(({ path }: { path: string }) => path)).toEqual([...paths])
}
