import type { Hook } from '@hono/zod-openapi'
import { explainIssue } from '@patterns/shared/contract/explainIssue.ts'
import type { $ZodIssue } from 'zod/v4/core'
import type { ApiEnv } from '../conventions/apiEnv.ts'
import type { InputFault } from '../../values/resolved.ts'
import { faultsText, invalid, Problem } from './problem.ts'
import { renamedFaults } from './renamed.ts'

const faultsOf = (issue: $ZodIssue, isBody: boolean): InputFault[] => {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      path: [...issue.path, key].join('.'),
      message: isBody ? 'is not a field of this body' : 'is not a parameter of this route',
    }))
  // A parameter that is given twice arrives as a list. A list in a body is just another type.
  const isRepeated = !isBody && issue.message.endsWith('received array')
  return [
    {
      path: issue.path.join('.') || 'body',
      message: isRepeated ? 'is given more than once' : explainIssue(issue.message),
    },
  ]
}

/**
 * Parameters that do not match their schema are a 400 that names each of them; a 422 if the only fault is that old names
 * are used.
 */
export const refuseInvalid: Hook<unknown, ApiEnv, string, Response | void> = (result, context) => {
  if (result.success) return
  const renamed = renamedFaults(context.req.path, context.req.query())
  const others = result.error.issues
    .flatMap((issue) => faultsOf(issue, result.target === 'json'))
    .filter(({ path }) => !renamed.some((fault) => fault.path === path))
  const errors = [...renamed, ...others]
  if (others.length > 0) throw invalid(errors)
  throw new Problem(422, 'UNPROCESSABLE_INPUT', faultsText(renamed), { errors: renamed })
}
