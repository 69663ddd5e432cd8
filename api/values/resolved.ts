import { type InputFault, unprocessable } from '../http/problems/problem.ts'

/** What became of parameters that are well formed: a value, or why it cannot be served. */
export type Resolved<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly faults: readonly InputFault[] }

export const resolved = <Value>(value: Value): Resolved<Value> => ({ ok: true, value })

export const refused = (path: string, message: string): Resolved<never> => ({
  ok: false,
  faults: [{ path, message }],
})

/** The value, or a 422 that names the parameter. */
export const orRefuse = <Value>(result: Resolved<Value>): Value => {
  if (result.ok) return result.value
  throw unprocessable(result.faults)
}
