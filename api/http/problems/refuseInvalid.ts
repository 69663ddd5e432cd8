import type { Hook } from '@hono/zod-openapi'
import { plainMessage } from '@patterns/shared/contract/plainMessage.ts'
import type { $ZodIssue } from 'zod/v4/core'
import type { ApiEnv } from '../conventions/apiEnv.ts'
import type { InputFault } from '../../values/resolved.ts'
import { Problem } from './problem.ts'

const faultsOf = (issue: $ZodIssue): InputFault[] => {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      path: [...issue.path, key].join('.'),
      message: 'is not a parameter of this route',
    }))
  // A parameter that is given twice comes as a list.
  const isRepeated = issue.message.endsWith('received array')
  return [
    {
      path: issue.path.join('.') || 'body',
      message: isRepeated ? 'is given more than once' : plainMessage(issue.message),
    },
  ]
}

/** Parameters that no schema lets through are a 400 that names each of them. */
export const refuseInvalid: Hook<unknown, ApiEnv, string, Response | void> = (result) => {
  if (result.success) return
  const errors = result.error.issues.flatMap(faultsOf)
  throw new Problem(
    400,
    'INVALID_INPUT',
    errors.map(({ path, message }) => `${path} ${message}`).join('; '),
    {
      errors,
    },
  )
}
